package import Glibc
import Synchronization

/// A program that runs beside this one, in a process group of its own, so that all of its descendants can be ended
/// together and a Ctrl-C at the terminal reaches only who started it.
///
/// Nothing here waits for longer than it is told to, and nothing waits on a thread of its own: `output` and
/// `exitStatus` are asked for. Whoever drops it ends it.
///
/// Not Sendable: one thread runs a bench.
@safe
package final class ChildProcess {
    /// Where the program prints to.
    package enum Output {
        /// A file, made anew.
        case file(String)
        /// A pipe, which `read` empties.
        case pipe
    }

    package let pid: pid_t
    /// What it is called in messages.
    package let name: String
    private let warden: ChildWarden
    private var status: Int32?
    private var pipe: Int32

    /// One spawn at a time: the far end of a pipe must not leak into a sibling, which would keep it open.
    private static let spawning = Mutex<Void>(())

    /// - Parameters:
    ///   - path: the program; `thisBinary` for another process of ours.
    ///   - errors: the file for its standard error, appended to.
    ///   - environment: on top of ours.
    package init(
        _ name: String, path: String, _ arguments: [String], output: Output, errors: String,
        environment: [String: String] = [:], warden: ChildWarden
    ) throws(RunFailure) {
        self.name = name
        self.warden = warden
        let started: (pid: pid_t, pipe: Int32) = try Self.spawning.withLock { _ throws(RunFailure) in
            var ends: [Int32] = [-1, -1]
            if case .pipe = output, unsafe Glibc.pipe(&ends) != 0 { throw RunFailure("no pipe: error \(errno)") }
            for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            defer { if ends[1] >= 0 { _ = close(ends[1]) } }
            let spawn = SpawnRequest(
                path: path, arguments: arguments, output: output, pipe: ends[1], errors: errors,
                environment: environment)
            switch spawn.perform() {
            case .success(let pid): return (pid, ends[0])
            case .failure(let failure):
                if ends[0] >= 0 { _ = close(ends[0]) }
                throw failure
            }
        }
        pid = started.pid
        pipe = started.pipe
        if pipe >= 0 { _ = fcntl(pipe, F_SETFL, O_NONBLOCK) }
        warden.watch(pid)
    }

    deinit {
        if exitStatus == nil { end(within: 0) }
        if pipe >= 0 { _ = close(pipe) }
    }

    /// The file that this process was started from.
    package static var thisBinary: String {
        var room = [UInt8](repeating: 0, count: 4096)
        let count = unsafe room.withUnsafeMutableBytes { bytes in
            unsafe readlink(
                "/proc/self/exe", bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return String(decoding: room.prefix(max(0, count)), as: UTF8.self)
    }

    /// `nil` while it runs. A signal that ended it counts as 128 and its number, as in a shell.
    package var exitStatus: Int32? {
        if let status { return status }
        var raw: Int32 = 0
        let result = unsafe waitpid(pid, &raw, WNOHANG)
        if result == 0 || (result < 0 && errno == EINTR) { return nil }
        let number = raw & 0x7F
        status = result < 0 ? 0 : number == 0 ? (raw >> 8) & 0xFF : 128 + number
        return status
    }

    package var isRunning: Bool { exitStatus == nil }

    /// What it has printed since the last time, when it prints into a pipe. Does not wait.
    package func read() -> [UInt8] {
        var all: [UInt8] = []
        guard pipe >= 0 else { return all }
        var room = [UInt8](repeating: 0, count: 16_384)
        // Bounded: a program that prints without end must not keep us here.
        for _ in 0..<64 {
            let count = unsafe Glibc.read(pipe, &room, room.count)
            guard count > 0 else { break }
            all += room.prefix(count)
        }
        return all
    }

    package func signal(_ number: Int32) {
        if isRunning { _ = Glibc.kill(pid, number) }
    }

    /// SIGTERM to the process, and SIGKILL to its whole group when it has not ended by then.
    /// - Parameter seconds: how long it may take, 0 for none.
    /// - Returns: its exit status.
    @discardableResult
    package func end(within seconds: Double) -> Int32 {
        if isRunning {
            signal(SIGTERM)
            _ = Patience.wait(seconds) { !isRunning }
        }
        // Also what it left behind in its group.
        _ = Glibc.kill(-pid, SIGKILL)
        // A process that SIGKILL does not end sits in the kernel; its status is not worth waiting for.
        _ = Patience.wait(10) { !isRunning }
        warden.release(pid)
        return exitStatus ?? -1
    }
}
