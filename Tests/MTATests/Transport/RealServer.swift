import Glibc
import Loop
import Mail
import Testing

@testable import MTA

/// A program that a test starts on loopback and ends again.
final class RealServer {
    private let process: pid_t
    private let output: Int32
    private var hasEnded = false

    /// - Returns: `nil`, with a visible line, where the program is not installed.
    init?(_ path: String, _ arguments: [String], needs what: String) {
        guard let started = Self.spawn(path, arguments) else {
            print("SKIPPED: \(what) needs \(path)")
            return nil
        }
        (process, output) = started
    }

    deinit {
        stop()
        close(output)
    }

    /// Starts the program with its standard output in a pipe.
    private static func spawn(_ path: String, _ arguments: [String]) -> (pid_t, Int32)? {
        guard unsafe access(path, X_OK) == 0 else { return nil }
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var id = pid_t()
        guard unsafe posix_spawn(&id, path, &actions, nil, &words, environ) == 0 else {
            close(ends[0])
            return nil
        }
        return (id, ends[0])
    }

    func stop() {
        guard !hasEnded else { return }
        // Not SIGTERM: worker threads block it, and a child inherits that.
        kill(process, SIGKILL)
        waitForEnd()
    }

    @discardableResult
    func waitForEnd() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        hasEnded = true
        return status
    }

    /// The first line that the program prints; blocks until it does, or ends.
    func firstLine() -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(output, &byte, 1) == 1, byte != 10 { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    /// A port on which nobody listens just now.
    static func freePort() throws -> UInt16 {
        let listener = try Listener.bind(.loopback())
        defer { listener.stop() }
        return listener.address.port
    }

    /// Waits until something accepts connections there.
    static func waitFor(port: UInt16, on loop: EventLoop) async -> Bool {
        await Knock(loop: loop).isAnswered(.loopback(port: port))
    }

    /// The first python3 of PATH that has aiosmtpd.
    static let python: String = {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/bin"
        let candidates = path.split(separator: ":").map { "\($0)/python3" }
        return candidates.first { candidate in
            guard let started = spawn(candidate, ["-c", "import aiosmtpd"]) else { return false }
            var status: Int32 = 0
            while unsafe waitpid(started.0, &status, 0) < 0, errno == EINTR {}
            close(started.1)
            return status == 0
        } ?? "python3 with aiosmtpd"
    }()
}

private actor Knock {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) { self.loop = loop }

    func isAnswered(_ address: SocketAddress) async -> Bool {
        let deadline = loop.time.now + .seconds(20)
        while loop.time.now < deadline {
            let stream = try? await SocketStream.connect(to: address, from: nil, on: loop, deadline: deadline)
            if let stream {
                stream.close()
                return true
            }
            try? await loop.time.sleep(for: .milliseconds(20))
        }
        return false
    }
}
