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
        // The groups first: afterwards there is no right to change them.
        guard unsafe initgroups(user, gid) == 0, setgid(gid) == 0, setuid(uid) == 0 else {
            throw StartFailure("cannot become '\(user)': \(Errno.text(errno))")
        }
        guard uid == 0 || setuid(0) != 0 else {
            throw StartFailure("root could be taken back after becoming '\(user)'")
        }
    }
}

enum Errno {
    static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
