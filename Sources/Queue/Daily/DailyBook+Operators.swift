/// What operators say of warm-ups. A verb is previewed, made durable, and done.
extension DailyBook {
    func targets(source: String, group: String?) -> Result<[UInt32], WarmupFailure> {
        guard let assignment = setup.warmups.assignment(of: source) else {
            return .failure(.unknownSource(source, known: setup.warmups.assignments.map(\.source)))
        }
        let groups = Self.ordered(assignment.plans.keys)
        if let group, !groups.contains(group) { return .failure(.unknownGroup(group, known: groups)) }
        return .success(
            (group.map { [$0] } ?? groups).compactMap { numbers[.warmup(source: source, group: $0)] })
    }

    /// What the change makes of the warm-ups, without doing it.
    func preview(
        _ change: WarmupChange, of targets: [UInt32], after previews: [UInt32: WarmupState]
    ) -> Result<[UInt32: WarmupState], WarmupFailure> {
        var previews = previews
        for number in targets {
            var state = previews[number] ?? warmups[Int(number >> 1)]
            guard state.apply(change) else {
                guard case .setStage(let stage) = change else { preconditionFailure("a hold cannot fail") }
                return .failure(.noSuchStage(stage, stages: state.plan?.caps.count ?? 0))
            }
            previews[number] = state
        }
        return .success(previews)
    }

    /// Does what a preview has shown. The plan may have changed since: then the stage is as near as there is.
    mutating func perform(_ change: WarmupChange, on targets: [UInt32]) {
        isFreed = true
        for number in targets {
            if !warmups[Int(number >> 1)].apply(change), case .setStage = change,
                let stages = warmups[Int(number >> 1)].plan?.caps.count
            {
                _ = warmups[Int(number >> 1)].apply(.setStage(stages))
            }
            touch(number)
        }
    }
}
