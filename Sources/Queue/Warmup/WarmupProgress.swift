/// How far a source's warm-up for a group of providers has come: for the API, `martlet queue` and the logs.
package struct WarmupProgress: Hashable, Sendable {
    package var source: String
    package var group: String
    package var plan: String
    /// From 1; the last one still when it is finished.
    package var stage: Int
    package var stages: Int
    /// Today's. `nil`: finished, nothing is limited.
    package var cap: Int?
    package var isFinished: Bool
    package var hold: WarmupHold?
    /// The first day on which mail may leave, when that lies ahead.
    package var start: SendingDay?
    package var day: SendingDay
    /// Today, with those under way; after a crash also what had been reserved (`DayCount`).
    package var sent: Int
    package var delivered: Int
    package var failed: Int
    /// What must be delivered today for the next stage. `nil`: finished.
    package var needed: Int?
    /// What was decided when today began, or since by an operator. `nil`: nothing yet.
    package var judgement: WarmupJudgement?
    /// Days in a row without mail, today not counted.
    package var idleDays: Int
    /// The age of the address as receivers see it: days on which mail has left, and the first of them.
    package var sendingDays: Int
    package var firstDay: SendingDay?
    /// The first day without a limit, if every day from today on earns the next stage. `nil`: it is held, or finished.
    package var completion: SendingDay?
}

/// What an operator holds.
package enum WarmupHold: String, Hashable, Sendable, CaseIterable {
    /// The stage: mail goes on under today's cap, and no day changes it.
    case stage
    /// Everything: nothing leaves from the source to the group until it is resumed.
    case zero
}

/// Why a warm-up is at its stage today.
package enum WarmupJudgement: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Yesterday's deliveries were not enough.
        case tooLittle(delivered: Int, needed: Int)
        /// Nothing was sent.
        case noMail
        case byOperator
    }

    /// By what was delivered yesterday; at the last stage: finished.
    case promoted
    case held(Reason)
    case demoted(delivered: Int, tried: Int)
    /// So many days in a row without mail: back to the first stage, or finished, as the plan says.
    case idle(days: Int)
    case setByOperator
}

extension WarmupState {
    func progress(today: SendingDay) -> WarmupProgress? {
        guard let plan else { return nil }
        let ahead = hasBegun ? nil : start
        let remaining = plan.caps.count - stage
        return WarmupProgress(
            source: source, group: group, plan: plan.name, stage: stage + 1, stages: plan.caps.count,
            cap: isPaused ? 0 : cap, isFinished: isFinished, hold: hold, start: ahead, day: today, sent: count.sent,
            delivered: count.delivered, failed: count.failed,
            needed: cap.map { plan.needed($0, greylisted: count.greylisted) }, judgement: judgement,
            idleDays: idleDays, sendingDays: sendingDays, firstDay: firstDay,
            completion: isFinished || hold != nil ? nil : max(ahead ?? today, today) + remaining)
    }
}
