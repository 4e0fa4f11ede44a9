import Foundation
import Glibc

/// Started as root: bind the ports, then become somebody else before a byte of a stranger's is read.
enum Privileges {
    /// Creates the data folder, gives it to the user, and becomes that user. Without root, or without a user to become,
    /// nothing happens but the folder.
    static func drop(to user: String?, data: String) throws(StartFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw StartFailure("the data folder \(data) cannot be made: \(error.localizedDescription)")
        }
        guard getuid() == 0, let user else { return }
        guard let entry = unsafe getpwnam(user) else {
            throw StartFailure("there is no user '\(user)' on this machine (configuration key 'user')")
        }
        let (uid, gid) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
        guard unsafe chown(data, uid, gid) == 0 else {
            throw StartFailure("the data folder \(data) cannot be given to \(user): \(Errno.text(errno))")
        }
        try handOver(data, uid, gid)
        // The groups first: afterwards there is no right to change them.
        guard unsafe initgroups(user, gid) == 0, setgid(gid) == 0, setuid(uid) == 0 else {
            throw StartFailure("cannot become '\(user)': \(Errno.text(errno))")
        }
        guard uid == 0 || (setuid(0) != 0 && !mainThreadIsRoot) else {
            throw StartFailure("root could be taken back after becoming '\(user)'")
        }
    }

    /// For commands beside the server: what root writes into its folder, the server could not open any more.
    static func becomeOwner(of data: String) throws(StartFailure) {
        var facts = stat()
        guard getuid() == 0, unsafe stat(data, &facts) == 0, facts.st_uid != 0 else { return }
        guard setgroups(0, nil) == 0, setgid(facts.st_gid) == 0, setuid(facts.st_uid) == 0 else {
            throw StartFailure("cannot become the owner of \(data): \(Errno.text(errno))")
        }
    }

    /// What a command run by root has left in the folder belongs to the user as well.
    private static func handOver(_ data: String, _ uid: uid_t, _ gid: gid_t) throws(StartFailure) {
        guard let names = FileManager.default.enumerator(atPath: data) else { return }
        while let name = names.nextObject() as? String {
            let path = "\(data)/\(name)"
            var facts = stat()
            guard unsafe lstat(path, &facts) == 0, facts.st_uid == 0, uid != 0 else { continue }
            guard unsafe lchown(path, uid, gid) == 0 else {
                throw StartFailure("\(path) cannot be given to the user: \(Errno.text(errno))")
            }
        }
    }

    /// proc(5): the file tells of the main thread, which setuid(2) might have passed by.
    private static var mainThreadIsRoot: Bool {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Uid:") })
        else { return false }
        return line.split(whereSeparator: \.isWhitespace).dropFirst().contains("0")
    }
}

enum Errno {
    static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
