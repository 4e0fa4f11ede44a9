import Glibc

/// What the warden's own process does: it reads its standard input to the end and then ends what it was told of.
package enum WardenDuty {
    package static func run() {
        _ = signal(SIGINT, SIG_IGN)
        _ = signal(SIGHUP, SIG_IGN)
        var charge = WardenCharge()
        var room = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(0, &room, room.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            charge.hear(room.prefix(count))
        }
        for group in charge.groups { _ = kill(-group, SIGKILL) }
        // What still writes into the folder would keep it from being removed.
        _ = Patience.wait(5) { !charge.hasLiving }
        if let folder = charge.folderToRemove { RunFolder.remove(folder) }
    }
}

/// What the warden has been told so far.
struct WardenCharge: Equatable {
    private(set) var groups: Set<pid_t> = []
    private var folder: String?
    private var isKept = false
    private var line: [UInt8] = []

    /// Zombies do not count: whoever inherits them may take its time.
    var hasLiving: Bool {
        if groups.isEmpty { return false }
        return ProcText.numbers(in: "/proc").contains { pid in
            guard let stat = ProcText.read("/proc/\(pid)/stat").flatMap({ ProcStat($0) }) else { return false }
            return groups.contains(stat.group) && !stat.isZombie
        }
    }

    var folderToRemove: String? { isKept ? nil : folder }

    mutating func hear(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            obey(String(decoding: line, as: UTF8.self))
            line.removeAll()
        }
    }

    private mutating func obey(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        let number = words.count > 1 ? pid_t(words[1]) : nil
        switch (words.first, number) {
        // 1 would be everybody.
        case ("watch", let pid?) where pid > 1: groups.insert(pid)
        case ("release", let pid?): groups.remove(pid)
        case ("folder", _) where words.count > 1: folder = words[1]
        case ("keep", _): isKept = true
        default: break
        }
    }
}
