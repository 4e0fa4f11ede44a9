import Mail

extension Simulation {
    mutating func perform(_ verb: ScriptedVerb.Action) {
        switch verb {
        case .suspend(let reason): scheduler.suspend(reason)
        case .resume(let reason): scheduler.resume(reason)
        case .stall(let length): pass(length)
        case .cancel(let traffic, let last): cancel(traffic: traffic, last: last)
        case .flush(let selector): select(selector, .flush)
        case .bounce(let selector): select(selector, .remove)
        case .reroute(let selector, let pool): select(selector, .reroute(pool))
        case .hold(let scope, let length):
            let hold = Hold(
                id: UUIDv7(at: wall, random: (random.next(), random.next())), scope: scope,
                cause: .operator(by: "plan", reason: ""), since: wall, until: length.map { wall + $0 })
            scheduler.apply(hold, until: length.map { now + $0 }, now: now)
        case .release(let scope):
            for hold in scheduler.holds.all(of: scope) {
                scheduler.release(hold: hold.id)
                shaping?.lifted(hold.id)
            }
        case .reload(let throttles):
            var options = scheduler.options
            options.throttles = throttles
            scheduler.replace(options: options, now: now)
        case .setWall(let distance): wallOffset += distance.wholeMilliseconds
        }
        observer?.did(verb, at: now)
    }

    /// As `Shard` does it, in steps; but nothing happens in between.
    private mutating func select(_ selector: QueueSelector, _ verb: SelectVerb) {
        guard let last = outstanding.last else { return }
        var selection = scheduler.select(selector, verb, upTo: last, now: now)
        while !selection.isDone {
            for removed in scheduler.step(&selection, limit: 64) {
                observer?.removed(removed, at: now)
                outstanding.end(removed.number, removed.recipients.count)
                tally.count(.cancelled, removed.recipients.count)
            }
        }
    }

    private mutating func cancel(traffic: Int, last: Int) {
        for (number, id) in outstanding.latest(last, of: traffic) {
            observer?.cancelling(number)
            if let leaving = scheduler.cancel(id).leaving { depart([leaving], .cancelled) }
        }
    }

    /// What shaping rules have set: it holds already, and is counted.
    mutating func countDirectives() {
        guard shaping != nil else { return }
        for directive in scheduler.takeDirectives() {
            switch directive {
            case .hold(let hold):
                if case .rule(let name, _) = hold.cause { tally.count(rule: name) }
            case .limit(let limit): tally.count(rule: limit.rule)
            }
            observer?.ruled(directive, at: now)
        }
    }
}
