import Glibc

/// One posix_spawn: the program gets its own process group, no signal blocked or ignored, nothing to read, and none of
/// our descriptors but those it is meant to have.
struct SpawnRequest {
    var path: String
    var arguments: [String]
    var output: ChildProcess.Output
    /// The end of the pipe to write into, with `output` `.pipe`.
    var pipe: Int32
    var errors: String
    var environment: [String: String]
    /// What it reads from; the null device without one.
    var input: Int32?

    func perform() -> Result<pid_t, RunFailure> {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        switch output {
        case .file(let file):
            unsafe posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        case .pipe: unsafe posix_spawn_file_actions_adddup2(&actions, pipe, 1)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT] { unsafe sigaddset(&signals, number) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)

        var pid: pid_t = 0
        let code = unsafe CStrings.with([path] + arguments) { words in
            unsafe CStrings.with(environmentLines) { lines in
                unsafe posix_spawn(&pid, path, &actions, &attributes, words, lines)
            }
        }
        return code == 0 ? .success(pid) : .failure(RunFailure("cannot start \(path): error \(code)"))
    }

    private var environmentLines: [String] {
        var lines: [String] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let line = unsafe String(cString: text)
            if environment[String(line.prefix { $0 != "=" })] == nil { lines.append(line) }
            unsafe entry += 1
        }
        return lines + environment.map { "\($0.key)=\($0.value)" }
    }
}

/// Texts as C wants lists of them.
private enum CStrings {
    @unsafe
    static func with<Result>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { unsafe (list + index).initialize(to: strdup(text)) }
        unsafe (list + texts.count).initialize(to: nil)
        defer {
            for index in texts.indices { unsafe free(list[index]) }
            unsafe list.deallocate()
        }
        return unsafe body(list)
    }
}
