import Mail

@testable import ControlAPI
@testable import Queue
@testable import Service

/// Answers of the server as the commands get them: made by the routes' own JSON.
enum Answers {
    static let moment = Moment(FixedTime())

    struct FixedTime: TimeSource {
        var now: MonotonicInstant { MonotonicInstant(nanoseconds: 0) }
        var wall: WallTime { Samples.now }
        func sleep(until deadline: MonotonicInstant) async throws(CancellationError) {}
    }

    static func answer(_ data: JSONValue) throws -> OperatorAnswer {
        try OperatorAnswer(status: 200, body: JSONWriter.bytes(of: .object(["data": data])))
    }

    static func summary(_ summary: QueueSummary = Samples.summary()) throws -> OperatorAnswer {
        try answer(QueueJSON.summary(QueueReport(summary, at: moment)))
    }

    static func sites(_ sites: [SiteDetail]) throws -> OperatorAnswer {
        try answer(.array(sites.map { SiteJSON.shown(SiteReport($0, at: moment)) }))
    }

    static func site(_ site: SiteDetail) throws -> OperatorAnswer {
        try answer(SiteJSON.shown(SiteReport(site, at: moment)))
    }

    static func holds(_ holds: [Hold]) throws -> OperatorAnswer {
        try answer(.array(holds.map { QueueJSON.hold(HoldReport($0)) }))
    }

    static func warmups(_ warmups: [WarmupProgress] = FakeWarmups.start) throws -> OperatorAnswer {
        try answer(.array(warmups.map { WarmupJSON.shown(WarmupReport($0)) }))
    }

    static func snapshot(
        _ summary: QueueSummary = Samples.summary(), _ sites: [SiteDetail], _ warmups: [WarmupProgress] = [],
        at seconds: Int64 = 0
    ) throws -> TopSnapshot {
        TopSnapshot(
            summary: try self.summary(summary), sites: try self.sites(sites), warmups: try self.warmups(warmups),
            taken: Samples.later(seconds))
    }
}
