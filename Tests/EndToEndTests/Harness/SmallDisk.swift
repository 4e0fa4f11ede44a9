import Foundation

/// A file system of its own, so that it can be filled.
final class SmallDisk {
    let folder: TemporaryFolder
    private let mount: String
    private let umount: String

    init?(megabytes: Int) throws {
        guard getuid() == 0, let mount = Tool.path("mount", neededFor: "the full disk scenario"),
            let umount = Tool.path("umount", neededFor: "the full disk scenario")
        else {
            print("SKIPPED: the full disk scenario mounts a file system of its own and needs root")
            return nil
        }
        folder = try TemporaryFolder()
        self.mount = mount
        self.umount = umount
        let result = try Tool.run(mount, ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder.path])
        guard result.status == 0 else {
            print("SKIPPED: the full disk scenario cannot mount a tmpfs here: \(result.errors)")
            return nil
        }
    }

    deinit { _ = try? Tool.run(umount, ["-l", folder.path]) }

    /// Takes what is left but for so many bytes.
    func fill(leaving bytes: Int) throws {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: folder.path)
        let free = (attributes[.systemFreeSize] as? NSNumber)?.intValue ?? 0
        try Data(count: max(0, free - bytes)).write(to: folder.url.appendingPathComponent("filler"))
    }

    func free() throws { try FileManager.default.removeItem(atPath: "\(folder.path)/filler") }
}
