import Glibc

/// The small texts of /proc.
enum ProcText {
    /// `nil` when there is no such file, or the process has ended meanwhile.
    static func read(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var all: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 8_192)
        while true {
            let count = unsafe Glibc.read(descriptor, &room, room.count)
            if count < 0 { return nil }
            if count == 0 { break }
            all += room.prefix(count)
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// The names in a folder.
    static func names(in path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var found: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { found.append(name) }
        }
        return found
    }

    /// The names in a folder that are numbers: processes, or threads.
    static func numbers(in path: String) -> [pid_t] { names(in: path).compactMap { pid_t($0) } }

    /// The number behind `key` in lines like `Rss:   123 kB`.
    static func number(_ key: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix(key) {
            return line.dropFirst(key.count).split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ":" }).first
                .flatMap { Int($0) }
        }
        return nil
    }

    static let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    static let pageSize = max(1, sysconf(Int32(_SC_PAGESIZE)))
}

/// One line of /proc/PID/stat or /proc/PID/task/TID/stat, as far as it is looked at (proc(5)).
struct ProcStat: Equatable {
    var name: String
    var parent: pid_t
    var group: pid_t
    /// Nothing of it is left but its exit status, which nobody has asked for.
    var isZombie: Bool
    /// Seconds.
    var user: Double
    var system: Double
    /// Of children that have ended and were waited for.
    var childrenUser: Double
    var childrenSystem: Double
    var residentBytes: Int

    /// The name stands in parentheses and may itself hold spaces and parentheses.
    init?(_ line: String) {
        guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close else { return nil }
        let fields = line[line.index(after: close)...].split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard fields.count > 21, let parent = pid_t(fields[1]), let group = pid_t(fields[2]) else { return nil }
        func seconds(_ index: Int) -> Double { (Double(fields[index]) ?? 0) / ProcText.ticksPerSecond }
        name = String(line[line.index(after: open)..<close])
        self.parent = parent
        self.group = group
        isZombie = fields[0] == "Z"
        user = seconds(11)
        system = seconds(12)
        childrenUser = seconds(13)
        childrenSystem = seconds(14)
        residentBytes = (Int(fields[21]) ?? 0) * ProcText.pageSize
    }
}
