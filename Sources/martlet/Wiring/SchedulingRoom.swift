import Logging
import Loop
import Mail
import Queue
import Service
import Storage
import Synchronization

/// What decides when and from where mail leaves, apart from the queue itself: daily counters, rules for replies, the
/// health of sources. It outlives a reload, which gives it other figures.
final class SchedulingRoom: Sendable {
    let daily: DailyCounters
    private let shaping: SharedShaping
    private let sources = SourceWatch()
    private let configuration: Mutex<Configuration>
    /// Daily counters have been in the queue's options.
    private let wasAsked = Atomic(false)
    private let time: any TimeSource
    private let log: Logger

    static func open(
        _ configuration: Configuration, control: ControlDatabase, time: any TimeSource, log: Logger
    ) async throws -> SchedulingRoom {
        let daily: DailyCounters
        do {
            daily = try await DailyCounters.open(configuration.daily, store: control.queueState, time: time)
        } catch {
            throw StartFailure(database: "control", in: configuration.data, error)
        }
        return SchedulingRoom(configuration, daily: daily, time: time, log: log)
    }

    private init(_ configuration: Configuration, daily: DailyCounters, time: any TimeSource, log: Logger) {
        self.daily = daily
        self.configuration = Mutex(configuration)
        self.time = time
        self.log = log
        shaping = SharedShaping(configuration.shaping.rules)
        complain(configuration)
    }

    /// The queue's options with everything of this room in them.
    func options(_ configuration: Configuration) -> SchedulerOptions {
        var options = configuration.queue.scheduler
        options.egress = configuration.egress
        // Once it has been asked it is told how that went, also if nothing is counted any more.
        options.daily = configuration.daily.isEmpty && !wasAsked.load(ordering: .relaxed) ? nil : daily
        if options.daily != nil { wasAsked.store(true, ordering: .relaxed) }
        options.shaping = configuration.shaping.rules.isEmpty ? nil : shaping
        options.sourceWatch = configuration.egress.isEmpty ? nil : sources
        return options
    }

    /// Where mail leaves from at present.
    var egress: EgressTable { configuration.withLock { $0.egress } }

    /// What each rule for replies has done.
    var figures: [ShapingFigures] { shaping.figures(at: time.now) }

    /// `SIGHUP`: other figures; what has been counted stays.
    func reload(_ changed: Configuration, queue: DeliveryQueue) async {
        configuration.withLock { $0 = changed }
        daily.replace(changed.daily)
        sources.replace(with: changed.egress)
        complain(changed)
        await replaceShaping(with: changed, queue: queue)
    }

    /// `POST /v1/shaping/reload`: the rules alone, from their file as it is now.
    func reloadShaping(queue: DeliveryQueue) async -> ShapingReload {
        guard let path = configuration.withLock({ $0.shaping.path }) else { return .notConfigured }
        let file: ShapingFile
        do { file = try ShapingFile.load(path) } catch {
            return .refused(error.description.split(whereSeparator: \.isNewline).map(String.init))
        }
        // Into what is in force now: a signal may have changed the rest while the file was read.
        let result = configuration.withLock { present in
            Result { () throws(ThrottleTableFailure) in try present.use(file) }.map { present }
        }
        guard case .success(let changed) = result else {
            return .refused(["\(path): its limits contradict those of martlet.yaml"])
        }
        await replaceShaping(with: changed, queue: queue)
        return .loaded(rules: changed.shaping.rules.rules.count)
    }

    private func replaceShaping(with changed: Configuration, queue: DeliveryQueue) async {
        let orphans = shaping.replace(changed.shaping.rules, at: time.now)
        await queue.replace(options(changed))
        // What a rule that is gone has set would otherwise stand until its end with nobody to answer for it.
        for hold in orphans { _ = try? await queue.resume(hold: hold) }
    }

    private func complain(_ configuration: Configuration) {
        for sentence in configuration.addressesElsewhere(own: OwnAddresses.now()) { log.warning("\(sentence)") }
    }
}
