import Glibc

/// Sees to it that no process outlives the bench, however the bench ends, and that its temporary folder goes.
///
/// A handler of signals would not do: nothing handles SIGKILL. So there is one small process more, the warden, which is
/// told over a pipe what was started. The pipe ends with the bench, by whatever cause, and then the warden kills what
/// is left and removes the folder. It sits in a group of its own, where no Ctrl-C comes.
///
/// The lines of the pipe: `watch PID`, `release PID`, `folder PATH`, `keep`.
@safe
package final class ChildWarden {
    private var pipe: Int32 = -1
    private var pid: pid_t = 0

    /// - Parameters:
    ///   - binary: the program whose `arguments` lead to `WardenDuty.run`.
    ///   - folder: removed at the end, with everything in it.
    package init(binary: String, arguments: [String], folder: String) throws(RunFailure) {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw RunFailure("no pipe: error \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { _ = close(ends[0]) }
        // A warden that is gone must be an error of `write`, not our end.
        _ = Glibc.signal(SIGPIPE, SIG_IGN)
        let request = SpawnRequest(
            path: binary, arguments: arguments, output: .file("/dev/null"), pipe: -1, errors: "/dev/null",
            environment: [:], input: ends[0])
        switch request.perform() {
        case .success(let pid): self.pid = pid
        case .failure(let failure):
            _ = close(ends[1])
            throw failure
        }
        pipe = ends[1]
        say("folder \(folder)")
    }

    deinit { dismiss() }

    func watch(_ pid: pid_t) { say("watch \(pid)") }
    func release(_ pid: pid_t) { say("release \(pid)") }

    /// The folder stays, for its logs.
    package func keepFolder() { say("keep") }

    /// Nothing is left to watch. Waits until the folder is gone, ten seconds at most.
    package func dismiss() {
        guard pipe >= 0 else { return }
        _ = close(pipe)
        pipe = -1
        _ = Patience.wait(10) {
            var status: Int32 = 0
            return unsafe waitpid(pid, &status, WNOHANG) != 0
        }
    }

    private func say(_ line: String) {
        guard pipe >= 0 else { return }
        let bytes = Array((line + "\n").utf8)
        _ = unsafe write(pipe, bytes, bytes.count)
    }
}
