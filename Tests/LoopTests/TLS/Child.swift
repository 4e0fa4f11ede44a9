import Glibc
import Synchronization

enum ChildFailure: Error { case cannotStart(Int32), unexpected(String) }

/// A program that a test runs, with pipes to its input and from its output. Killed and reaped when this object goes.
///
/// Foundation's `Process` is of no use here: beside exit tests it sometimes never sees a child's end, and its children
/// inherit a mask in which SIGTERM is blocked.
final class Child: Sendable {
    private let pid: pid_t
    private let input: Int32
    private let output: Int32
    /// A pipe of one child must not be inherited by another that is started at the same time.
    private static let starting = Mutex<Void>(())

    init(_ path: String, _ arguments: [String]) throws(ChildFailure) {
        let started = Self.starting.withLock { _ in Self.start(path, arguments) }
        guard let started else { throw .cannotStart(errno) }
        (pid, input, output) = started
    }

    deinit {
        close(input)
        close(output)
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    private static func start(_ path: String, _ arguments: [String]) -> (pid_t, Int32, Int32)? {
        var (into, out): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard unsafe pipe(&into) == 0, unsafe pipe(&out) == 0 else { return nil }
        for end in into + out { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawn_file_actions_adddup2(&actions, into[0], 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, out[1], 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, out[1], 2)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        var pid = pid_t()
        let result = unsafe posix_spawn(&pid, path, &actions, &attributes, &words, environ)
        for index in unsafe words.indices { unsafe free(words[index]) }
        unsafe posix_spawn_file_actions_destroy(&actions)
        unsafe posix_spawnattr_destroy(&attributes)
        close(into[0])
        close(out[1])
        guard result == 0 else { return nil }
        return (pid, into[1], out[0])
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(input, bytes, bytes.count)
    }

    /// Reads until the text is what was waited for, or the child has closed its output.
    func readOutput(until isEnough: (String) -> Bool) -> String {
        var said: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let text = String(decoding: said, as: UTF8.self)
            if isEnough(text) { return text }
            let count = unsafe read(output, &buffer, buffer.count)
            if count <= 0 { return text }
            said += buffer[..<count]
        }
    }
}
