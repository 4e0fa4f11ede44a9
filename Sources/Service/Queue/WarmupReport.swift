import Queue

/// How far a source's warm-up for a group of providers has come.
package struct WarmupReport: Hashable, Sendable {
    /// The raw value is what the API shows.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Under today's cap.
        case running
        /// Its first day lies ahead.
        case planned
        /// At its stage by an operator's word; mail goes on under the cap.
        case held
        /// At zero by an operator's word.
        case stopped
        /// Nothing is limited any more.
        case finished
    }

    package var source: String
    package var group: String
    package var plan: String
    package var state: State
    /// From 1.
    package var stage: Int
    package var stages: Int
    /// Today's; `nil`: nothing is limited.
    package var cap: Int?
    /// Today, with those under way.
    package var sent: Int
    package var delivered: Int
    package var failed: Int
    /// What must be delivered today for the next stage.
    package var needed: Int?
    /// Days as `2026-12-01`.
    package var day: String
    package var start: String?
    package var firstDay: String?
    /// The first day without a limit, if every day earns the next stage.
    package var completion: String?
    /// Days on which mail has left.
    package var sendingDays: Int
    /// Days in a row without mail.
    package var idleDays: Int
    /// Why it is at its stage today, in a sentence; `nil` on the first day.
    package var judgement: String?

    init(_ progress: WarmupProgress) {
        source = progress.source
        group = progress.group
        plan = progress.plan
        stage = progress.stage
        stages = progress.stages
        cap = progress.cap
        sent = progress.sent
        delivered = progress.delivered
        failed = progress.failed
        needed = progress.needed
        day = progress.day.description
        start = progress.start?.description
        firstDay = progress.firstDay?.description
        completion = progress.completion?.description
        sendingDays = progress.sendingDays
        idleDays = progress.idleDays
        judgement = progress.judgement.map(Self.words)
        state =
            if progress.isFinished {
                .finished
            } else if progress.hold == .zero {
                .stopped
            } else if progress.start != nil {
                .planned
            } else if progress.hold == .stage { .held } else { .running }
    }

    private static func words(_ judgement: WarmupJudgement) -> String {
        switch judgement {
        case .promoted: "Promoted: yesterday's deliveries were enough."
        case .held(.tooLittle(let delivered, let needed)):
            "Not promoted: \(delivered) were delivered yesterday, \(needed) were needed."
        case .held(.noMail): "Not promoted: nothing was sent yesterday."
        case .held(.byOperator): "Not promoted: held by an operator."
        case .demoted(let delivered, let tried):
            "Set back one stage: only \(delivered) of \(tried) were delivered yesterday."
        case .idle(let days): "Idle for \(days) days: changed as the plan says."
        case .setByOperator: "Set to this stage by an operator."
        }
    }
}
