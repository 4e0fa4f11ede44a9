package import Glibc

/// A private Postfix instance with a queue of its own, tuned for the load and as durable as Postfix always is. It
/// relays everything to one port of this machine.
///
/// Needs Debian's package `postfix` and root, as Postfix changes users.
package final class PostfixUnderTest: LoadTarget {
    package let child: ChildProcess
    private let log: String
    private let port: UInt16

    package var pid: pid_t { child.pid }
    package var isRunning: Bool { child.isRunning }
    package var syncs: Int? { nil }

    private static let master = "/usr/lib/postfix/sbin/master"

    /// `nil` when it can run here; otherwise what is missing.
    package static func obstacle() -> RunFailure? {
        if getuid() != 0 { return RunFailure("--compare postfix needs root: Postfix changes users") }
        let needed = ["/usr/sbin/postfix", Self.master]
        if let missing = needed.first(where: { unsafe access($0, X_OK) != 0 }) {
            return RunFailure("--compare postfix needs Postfix as Debian packages it: there is no \(missing)")
        }
        if unsafe getpwnam("postfix") == nil { return RunFailure("--compare postfix needs the user 'postfix'") }
        return nil
    }

    package init(_ settings: PostfixSettings, name: String, folder: RunFolder, warden: ChildWarden) throws(RunFailure) {
        let root = folder.file(name)
        for path in [root, "\(root)/etc", "\(root)/queue", "\(root)/data", "\(root)/log"] {
            guard unsafe mkdir(path, 0o755) == 0 else { throw RunFailure("cannot make \(path): error \(errno)") }
        }
        guard let user = unsafe getpwnam("postfix"),
            unsafe chown("\(root)/data", user.pointee.pw_uid, user.pointee.pw_gid) == 0
        else { throw RunFailure("cannot give \(root)/data to the user 'postfix'") }
        try folder.write(settings.mainFile(root: root), to: "\(name)/etc/main.cf")
        try folder.write(settings.masterFile, to: "\(name)/etc/master.cf")
        log = "\(root)/log/postfix.log"
        port = settings.port
        // `postfix check` makes the folders of the queue.
        let check = try ChildProcess(
            "Postfix check", path: "/usr/sbin/postfix", ["-c", "\(root)/etc", "check"],
            output: .file("\(root)/log/check.log"), errors: "\(root)/log/check.log", warden: warden)
        _ = Patience.wait(30) { !check.isRunning }
        guard check.end(within: 1) == 0 else {
            throw RunFailure("Postfix does not like its configuration (log: \(root)/log/check.log)")
        }
        // Not `postfix start`: its master would leave our process group, and could outlive us.
        child = try ChildProcess(
            "Postfix", path: Self.master, ["-c", "\(root)/etc", "-d"], output: .file("\(root)/log/stdout.log"),
            errors: "\(root)/log/stderr.log", warden: warden)
    }

    package func waitUntilReady(_ seconds: Double = 30) throws(RunFailure) {
        let isReady = Patience.wait(seconds) { !child.isRunning || LocalPort.isOpen(port) }
        guard isReady, child.isRunning else { throw failure("did not start") }
    }

    package func stop() { child.end(within: 20) }

    package func failure(_ what: String) -> RunFailure {
        let words = (ProcText.read(log) ?? "").split(separator: "\n").suffix(2).joined(separator: "; ")
        return RunFailure("Postfix \(what)\(words.isEmpty ? "" : ": \(words)") (log: \(log))")
    }
}
