import Foundation
import Logging
import Loop
import Mail
import MartletTesting
import Synchronization

@testable import MTA

/// A real server on a free loopback port, with a queue that remembers.
final class ServerHost: Sendable {
    let group: LoopGroup
    let server: SubmissionServer
    let intake: MemoryIntake
    let inbox = ServerInbox()
    var port: UInt16 { server.address.port }

    init(
        inbox isInbox: Bool = false, trusted: Bool = true, tls: ListenerTLS = .none, loops: Int = 2,
        _ adjust: (inout ServerOptions) -> Void = { _ in }
    ) throws {
        group = try LoopGroup(count: loops)
        group.start()
        intake = MemoryIntake(time: SystemTime())
        var options = ServerOptions(address: .loopback(), hostname: "mx.example.org", tls: tls)
        if trusted { options.trustedNetworks = [IPNetwork("127.0.0.0/8")].compactMap { $0 } }
        adjust(&options)
        let context = tls == .none ? nil : try TLSServerContext.selfSigned(names: ["localhost", "127.0.0.1"])
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        server = try SubmissionServer.bind(
            options, destination: isInbox ? .inbox(inbox) : .queue(intake, policy: ServerTestPolicy()), tls: context,
            logger: logger)
        server.start(on: group)
    }

    func stop() async {
        await server.drain(SystemTime())
        let group = self.group
        // `stop` joins threads, which a cooperative thread must not do.
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                group.stop()
                continuation.resume()
            }
        }
    }
}

/// One user with one password; no mail from `forbidden`, no From of `forbidden.example`.
struct ServerTestPolicy: SubmissionPolicy {
    static let tenant = UUIDv7(high: 7, low: 7)

    func authenticate(user: String, password: String, from client: IPAddress) async -> Principal? {
        user == "user" && password == "secret" ? Principal(tenant: Self.tenant, user: user) : nil
    }

    var trusted: Principal { Principal(tenant: Self.tenant, user: nil) }

    func refusal(for principal: Principal, sender: Mailbox?) -> Reply? {
        sender?.localPart == "forbidden"
            ? Reply(code: 550, enhanced: EnhancedStatus(5, 7, 1), text: "Sender not allowed\nAsk your administrator")
            : nil
    }

    func refusal(for principal: Principal, author: Domain?) -> Reply? {
        author?.text == "forbidden.example"
            ? Reply(code: 550, enhanced: EnhancedStatus(5, 7, 1), text: "From domain is not yours") : nil
    }
}

final class ServerInbox: Inbox {
    private let kept = Mutex<[InboxMessage]>([])
    func deposit(_ message: InboxMessage) async throws(Refusal) { kept.withLock { $0.append(message) } }
    func list(limit: Int, offset: Int) async -> (messages: [InboxSummary], total: Int) {
        ([], kept.withLock { $0.count })
    }
    func message(_ id: UUIDv7) async -> InboxMessage? { kept.withLock { $0.first { $0.id == id } } }
    func removeAll() async { kept.withLock { $0 = [] } }
    var messages: [InboxMessage] { kept.withLock { $0 } }
}

/// A program of somebody else, as a client.
enum ServerTool {
    struct Output: Sendable {
        var status: Int32
        var text: String
    }

    /// `nil` after a visible line when it is not installed. Ended after 50 seconds.
    static func run(_ program: String, _ arguments: [String], input: String = "") async throws -> Output? {
        guard let path = find(program) else {
            print("SKIPPED: a server test needs \(program)")
            return nil
        }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try call(path, arguments, input) })
            }
        }
    }

    private static func find(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/sbin", "/usr/bin"]).map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func call(_ path: String, _ arguments: [String], _ input: String) throws -> Output {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stdout
        try process.run()
        let end = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 50, execute: end)
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try? stdin.fileHandleForWriting.close()
        let data = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        end.cancel()
        return Output(status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
    }
}
