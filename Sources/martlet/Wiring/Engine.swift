import ControlAPI
import DNSAuth
import HTTPClient
import Logging
import Loop
import MTA
import Mail
import Queue
import Service
import Storage

/// The whole engine, wired. Built by `start`, ended by `stop`; between them everything happens on the loops.
///
/// The order of the start is the order of trust: ports while still root, then the data folder as the user, then what the
/// journal holds, and only then the first byte from a stranger.
final class Engine: Sendable {
    let configuration: Configuration
    let loops: LoopGroup
    let journal: Journal
    let queue: DeliveryQueue
    private let intake: QueueIntake
    /// Where new mail goes in.
    let door: any Intake
    let room: ControlRoom
    let policy: ServicePolicy
    let services: ControlServices
    let tenant: Tenant
    /// Set at the first start of a data folder only.
    let firstKey: CreatedKey?
    private let router: SwitchedRouter
    private let resolver: any Resolver
    private let captured: any Inbox
    private let projector: Projector
    private let projection: Task<Void, Never>
    /// Cancelled when no mail is under way any more.
    private let background: [Task<Void, Never>]
    /// Those that write once more when they are cancelled, and are waited for.
    private let reporting: [Task<Void, Never>]
    private let policies: PolicyRoom
    private let reports: ReportRoom
    private let scheduling: SchedulingRoom
    /// Inbound mail's destination and judge.
    let sink: any InboundSink
    let authenticator: any MessageAuthenticator
    private let log: Logger

    static func start(
        _ configuration: Configuration, loops: LoopGroup, devInbox: (any Inbox)? = nil, log: Logger,
        door: (any Intake, ControlRoom) -> any Intake = { intake, _ in intake }
    ) async throws -> Engine {
        let time = SystemTime()
        try DataFolderFormat.check(configuration.data)
        let pool = BlockingPool(name: "martlet-sign", threads: loops.loops.count)
        let journal = try JournalOpening.open(configuration, time: time, log: log)
        let room = try ControlRoom(data: configuration.data, setup: configuration.sending, time: time, pool: pool)
        let first = try await room.prepare()
        let captured = try InboxOpening.open("\(configuration.data)/captured", time: time, log: log)
        let scheduling = try await SchedulingRoom.open(configuration, control: room.control, time: time, log: log)
        return try await Engine(
            configuration, loops: loops, time: time, pool: pool, journal: journal, room: room, first: first,
            scheduling: scheduling, captured: captured, devInbox: devInbox, door: door, log: log)
    }

    private init(
        _ configuration: Configuration, loops: LoopGroup, time: any TimeSource, pool: BlockingPool,
        journal opened: JournalOpening.Opened, room: ControlRoom, first: (tenant: Tenant, key: CreatedKey?),
        scheduling: SchedulingRoom, captured: any Inbox, devInbox: (any Inbox)?,
        door: (any Intake, ControlRoom) -> any Intake, log: Logger
    ) async throws {
        self.configuration = configuration
        self.loops = loops
        self.room = room
        self.scheduling = scheduling
        self.captured = captured
        self.log = log
        (tenant, firstKey) = first
        journal = opened.journal

        var resolving = configuration.resolver
        if resolving.servers.isEmpty { resolving.servers = ResolverOptions.system().servers }
        let resolver = DNSResolver(options: resolving, on: loops.loops[0])
        self.resolver = resolver
        policies = try PolicyRoom(configuration, resolver: resolver, loop: loops.loops[0], time: time)
        // Before the first delivery: a policy that is known must hold for it.
        await policies.sts.load()
        reports = try ReportRoom(configuration, time: time)
        router = SwitchedRouter(
            try WaysOut.router(
                configuration, resolver: resolver, policies: policies, attempts: reports.sessions, loops: loops.loops,
                captured: captured, time: time))
        let signer = DKIMSigner(keyring: room.keyring, pool: pool)
        let spool = JournalSpool(opened.journal, reads: BlockingPool(name: "martlet-read", threads: 2))
        var queueing = configuration.queue
        queueing.scheduler = scheduling.options(configuration)
        queue = DeliveryQueue(
            options: queueing, spool: spool, router: router, signer: signer, time: time,
            homes: loops.loops.map { ShardHome($0) }, state: room.control.queueState)
        intake = QueueIntake(options: configuration.queue, spool: spool, queue: queue, time: time)
        self.door = door(intake, room)
        // Before the first delivery: a start that fails after it would lose outcomes.
        let events: EventDatabase
        do { events = try EventDatabase.open(folder: configuration.data) } catch {
            throw StartFailure(database: "event", in: configuration.data, error)
        }
        let kept = try InboxOpening.open("\(configuration.data)/inbound", time: time, log: log)
        let days = Task { await scheduling.daily.run() }
        await queue.start(recovered: opened.recovered, notices: intake, lastRecord: opened.lastRecord)
        // Reading a long queue takes more memory than keeping it.
        ResourceProbe.linux.giveBack()
        let queue = queue
        scheduling.daily.whenFreed { Task { await queue.wakeCapped() } }

        let projector = Projector(log: opened.journal, database: events, time: time)
        self.projector = projector
        projection = Task { await projector.run() }
        // A resolver of its own: strangers choose its questions, and must not fill the places of our MX look-ups.
        let judging = DNSResolver(options: resolving, on: loops.loops[loops.loops.count - 1])
        authenticator = DNSAuthenticator(
            resolver: judging, options: configuration.authentication, pool: pool, time: time)
        let obstacle: @Sendable () -> Refusal? = { [intake] in intake.obstacle }
        sink = reports.sink(
            keeping: KeptInbound(domains: configuration.inbound.domains, inbox: kept), obstacle: obstacle)
        let verification = Self.verification(
            configuration, room: room, announcer: opened.journal, loop: loops.loops[0], sts: policies.sts, time: time)
        let sts = policies.sts
        let lookups = LookupMetrics(resolvers: [("delivery", resolver), ("inbound", judging)], sts: sts)
        let control = ControlWatch(
            room: room, queue: queue, lookups: lookups, journal: JournalMetrics(opened.journal), scheduling: scheduling)
        let drift = DomainWatch(verification: verification, time: time)
        background =
            [days, Task { await control.run() }, Task { await sts.run() }, Task { await drift.run() }]
        reporting = reports.tasks(
            hostname: configuration.hostname, tenant: first.tenant.id, resolver: resolver, intake: intake,
            obstacle: obstacle, fetcher: policies.fetcher, rules: configuration.authentication.dmarc.rules)

        var sending = SendOptions()
        sending.requiresVerifiedDomain = configuration.requiresVerifiedDomain
        sending.requiresKnownDomain = configuration.requiresKnownDomain
        sending.maxMessageSize = configuration.messageSize
        policy = ServicePolicy(
            store: room.control.credentials, domains: room.directory, trustedTenant: first.tenant.id,
            changes: room.changes, options: sending)
        let store = events.messages(time: time, rules: configuration.queue.scheduler.bounceRules)
        let messages = MessageService(
            intake: self.door, signer: signer, store: store, progress: projector,
            domains: room.directory, time: time, options: sending)
        let (intake, journal) = (intake, opened.journal)
        services = ControlServices(
            messages: messages, domains: room.domains.checking(with: verification), credentials: room.credentials,
            keys: room.keys,
            idempotency: Idempotency(store: room.control.idempotency, time: time),
            queue: QueueService(
                desk: queue, store: store, progress: projector, keys: room.keys, tenants: room.tenants, time: time,
                warmups: scheduling.daily, egress: { scheduling.egress },
                reload: { await scheduling.reloadShaping(queue: queue) }),
            captured: captured, devInbox: devInbox
        ) {
            var complaints: [String] = []
            if let refusal = journal.refusal {
                complaints.append(JournalOpening.words(for: refusal, folder: "\(configuration.data)/journal"))
            }
            if let obstacle = intake.obstacle, let words = Self.words(for: obstacle, configuration) {
                complaints.append(words)
            }
            if let trouble = projector.trouble { complaints.append("the projection stands still: \(trouble)") }
            return complaints
        }
    }

    /// Checks of domains ask through a resolver that forgets within seconds: who has just published a record must not be
    /// told of its absence.
    private static func verification(
        _ configuration: Configuration, room: ControlRoom, announcer: any Announcer, loop: EventLoop,
        sts: any MTASTSSource, time: any TimeSource
    ) -> DomainVerification {
        var options = configuration.resolver
        options.maximumTTL = 5
        options.negativeTTLCap = 5
        options.cacheCapacity = 1_024
        let checker = DomainChecker(
            setup: configuration.sending, resolver: DNSResolver(options: options, on: loop), sts: sts, time: time,
            timeout: configuration.domainChecks.timeout, executor: loop)
        return DomainVerification(
            store: room.control.domains, directory: room.directory, checker: checker, announcer: announcer,
            options: configuration.domainChecks, time: time)
    }

    /// - Returns: `nil` for what the journal itself says better.
    private static func words(for obstacle: Refusal, _ configuration: Configuration) -> String? {
        switch obstacle {
        case .storageUnavailable: nil
        case .diskLow: "the disk of \(configuration.data) has less room left than free_disk_percent asks for"
        case .overloaded: "the process takes more memory than memory_limit allows"
        case .shuttingDown: "draining"
        case .tooLarge, .mailLoop: "\(obstacle)"
        }
    }

    /// `SIGHUP`: routes, transports, sources, limits and rules of the file as it is now.
    func reload(_ changed: Configuration) async throws(StartFailure) {
        router.replace(
            with: try WaysOut.router(
                changed, resolver: resolver, policies: policies, attempts: reports.sessions, loops: loops.loops,
                captured: captured, time: room.time))
        await scheduling.reload(changed, queue: queue)
    }

    /// `SIGTERM`: nothing new is accepted, lanes finish what is under way, and what has happened is on disk and projected.
    /// - Parameter sessions: ends those of clients, at the same time and within the same limit as the lanes end theirs:
    ///   what they still hand in is kept for the next start.
    /// - Returns: whether all of it ended within the configured time.
    func stop(sessions: @Sendable () async -> Void = {}) async -> Bool {
        async let sessionsEnded: Void = sessions()
        let inTime = await queue.drain(deadline: room.time.now + configuration.drain)
        await sessionsEnded
        intake.close()
        // What was taken from a day's cap and not used goes back.
        await scheduling.daily.close()
        await projector.catchUp()
        projection.cancel()
        for task in background + reporting { task.cancel() }
        await projection.value
        await policies.fetcher.close()
        for task in reporting { await task.value }
        await policies.sts.flush()
        journal.close()
        return inTime
    }
}
