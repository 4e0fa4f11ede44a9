import Glibc
import Queue

/// What the kernel keeps of files in memory.
enum PageCache {
    /// Asks the kernel to forget the pages of these files, which are on the disk. It need not: then they are read from
    /// memory, as after a restart of the program alone.
    static func forget(filesIn folder: String) {
        let files = PosixFiles()
        guard let names = try? files.list(folder) else { return }
        for name in names {
            guard let file = try? files.open("\(folder)/\(name)", .existing) else { continue }
            _ = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
            files.close(file)
        }
    }
}
