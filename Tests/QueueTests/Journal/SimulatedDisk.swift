import Synchronization

@testable import Queue

/// A disk in memory that behaves as badly as real ones: it fails on request, tears writes, and forgets at a power cut
/// what was not synced. A failed sync drops the dirty pages and reports success the next time, as Linux does.
///
/// What a power cut leaves is `PowerCut`'s to say.
final class SimulatedDisk: JournalFiles {
    enum Fault: Hashable, Sendable {
        case error(Int32)
        /// Writes half; other calls fail with EIO.
        case short
        /// Writes half, and fails all the same; other calls just fail.
        case torn(Int32)
        /// The process dies before, or right after, the call.
        case crashBefore, crashAfter
    }

    struct State {
        var nodes: [Int: DiskFile] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        /// What was done to names since their folder was synced.
        var nameChanges: [NameChange] = []
        var descriptors: [Int32: (node: Int, path: String)] = [:]
        var locked: Int32?
        var nextNode = 1
        var nextDescriptor: Int32 = 100
        var calls = 0
        var faults: [Int: Fault] = [:]
        var persistent: FileCall?
        var isCrashed = false
        var syncs = 0
        /// Which calls were made to go wrong.
        var failed: [FileCall: Int] = [:]
    }

    private let state: Mutex<State>

    init() { state = Mutex(State()) }

    init(_ state: State) { self.state = Mutex(state) }

    var calls: Int { state.withLock { $0.calls } }
    var syncs: Int { state.withLock { $0.syncs } }
    var isCrashed: Bool { state.withLock { $0.isCrashed } }
    var names: [String] { state.withLock { Array($0.names.keys) } }
    var failed: [FileCall: Int] { state.withLock { $0.failed } }

    /// Lets the `call`th call from now go wrong, once. Several may be planned.
    func plan(_ fault: Fault, atCall call: Int) {
        state.withLock { $0.faults[$0.calls + call] = fault }
    }

    func forgetPlan() { state.withLock { $0.faults = [:] } }

    /// Lets all calls of this kind fail until told otherwise.
    func failAll(_ call: FileCall?) { state.withLock { $0.persistent = call } }

    /// The machine stops now: whatever the process still does, it does not do.
    func crash() { state.withLock { $0.isCrashed = true } }

    /// The disk as the next process finds it after kill -9: what was written is there, synced or not.
    func afterKill() -> SimulatedDisk {
        state.withLock { old in
            var new = State()
            new.names = old.names
            new.durableNames = old.durableNames
            new.nameChanges = old.nameChanges
            new.nodes = old.nodes
            new.nextNode = old.nextNode
            return SimulatedDisk(new)
        }
    }

    /// The disk after a power cut.
    func afterPowerCut(_ generator: inout some RandomNumberGenerator) -> SimulatedDisk {
        state.withLock { old in
            let cut = PowerCut.any(&generator)
            var new = State()
            new.nextNode = old.nextNode
            new.names = cut.names(old.durableNames, old.nameChanges, &generator)
            new.durableNames = new.names
            for id in old.nodes.keys.sorted() {
                guard let file = old.nodes[id] else { continue }
                let bytes = cut.bytes(of: file, &generator)
                new.nodes[id] = DiskFile(current: bytes, durable: bytes)
            }
            return SimulatedDisk(new)
        }
    }

    /// For tests that damage a file.
    func alter(_ path: String, _ body: (inout [UInt8]) -> Void) {
        state.withLock { state in
            guard let id = state.names[path] else { return }
            body(&state.nodes[id]!.current)
            state.nodes[id]!.durable = state.nodes[id]!.current
            state.nodes[id]!.unsynced = []
        }
    }

    /// For tests that bring a file from elsewhere; durable at once.
    func put(_ path: String, _ bytes: [UInt8]) {
        state.withLock { state in
            state.nodes[state.nextNode] = DiskFile(current: bytes, durable: bytes)
            state.names[path] = state.nextNode
            state.durableNames[path] = state.nextNode
            state.nextNode += 1
        }
    }

    /// Runs one call with its fault.
    private func call<R>(
        _ call: FileCall, _ body: (inout State, _ isHalf: Bool) throws(FileFailure) -> R
    ) throws(FileFailure) -> R {
        try state.withLock { state throws(FileFailure) in
            if state.isCrashed { throw FileFailure(call, errno: 5) }
            state.calls += 1
            if state.persistent == call { throw FileFailure(call, errno: 5) }
            guard let fault = state.faults.removeValue(forKey: state.calls) else { return try body(&state, false) }
            state.failed[call, default: 0] += 1
            switch fault {
            case .error(let errno): throw FileFailure(call, errno: errno)
            case .short:
                if call == .write { return try body(&state, true) }
                throw FileFailure(call, errno: 5)
            case .torn(let errno):
                if call == .write { _ = try body(&state, true) }
                throw FileFailure(call, errno: errno)
            case .crashBefore:
                state.isCrashed = true
                throw FileFailure(call, errno: 5)
            case .crashAfter:
                defer { state.isCrashed = true }
                return try body(&state, false)
            }
        }
    }

    private static func node(
        _ state: State, _ file: Int32, _ call: FileCall
    ) throws(FileFailure) -> Int {
        guard let id = state.descriptors[file]?.node else { throw FileFailure(call, errno: 9) }
        return id
    }

    func makeFolder(_ path: String) throws(FileFailure) { try call(.makeFolder) { _, _ in } }

    func list(_ folder: String) throws(FileFailure) -> [String] {
        try call(.list) { state, _ in
            state.names.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }
                .filter { !$0.contains("/") }
        }
    }

    func open(_ path: String, _ mode: FileMode) throws(FileFailure) -> Int32 {
        try call(.open) { state, _ throws(FileFailure) in
            let id: Int
            if let known = state.names[path] {
                id = known
                if mode == .fresh {
                    state.nodes[id]!.change(.size(0))
                }
            } else {
                if mode == .existing { throw FileFailure(.open, errno: 2) }
                id = state.nextNode
                state.nextNode += 1
                state.names[path] = id
                state.nameChanges.append(.made(path, id))
                state.nodes[id] = DiskFile()
            }
            state.nextDescriptor += 1
            state.descriptors[state.nextDescriptor] = (id, path)
            return state.nextDescriptor
        }
    }

    func close(_ file: Int32) {
        state.withLock { state in
            state.descriptors[file] = nil
            if state.locked == file { state.locked = nil }
        }
    }

    func lock(_ file: Int32) throws(FileFailure) -> Bool {
        try call(.lock) { state, _ in
            if state.locked != nil { return false }
            state.locked = file
            return true
        }
    }

    func unlock(_ file: Int32) {
        state.withLock { if $0.locked == file { $0.locked = nil } }
    }

    func size(_ file: Int32) throws(FileFailure) -> UInt64 {
        try call(.size) { state, _ throws(FileFailure) in
            UInt64(state.nodes[try Self.node(state, file, .size)]!.current.count)
        }
    }

    func allocate(_ file: Int32, _ size: UInt64) throws(FileFailure) {
        try call(.allocate) { state, _ throws(FileFailure) in
            let id = try Self.node(state, file, .allocate)
            if state.nodes[id]!.current.count < Int(size) { state.nodes[id]!.change(.size(Int(size))) }
        }
    }

    func truncate(_ file: Int32, _ size: UInt64) throws(FileFailure) {
        try call(.truncate) { state, _ throws(FileFailure) in
            state.nodes[try Self.node(state, file, .truncate)]!.change(.size(Int(size)))
        }
    }

    func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: UInt64) throws(FileFailure) -> Int {
        let all = bytes.indices.map { bytes[$0] }
        return try call(.write) { state, isHalf throws(FileFailure) in
            let data = isHalf ? Array(all.prefix(max(1, all.count / 2))) : all
            state.nodes[try Self.node(state, file, .write)]!.change(.write(Int(offset), data))
            return data.count
        }
    }

    func read(_ file: Int32, at offset: UInt64, count: Int) throws(FileFailure) -> [UInt8] {
        try call(.read) { state, _ throws(FileFailure) in
            let bytes = state.nodes[try Self.node(state, file, .read)]!.current
            let start = min(bytes.count, Int(offset))
            return Array(bytes[start..<min(bytes.count, start + count)])
        }
    }

    func syncData(_ file: Int32) throws(FileFailure) {
        do throws(FileFailure) {
            try call(.syncData) { state, _ throws(FileFailure) in
                let id = try Self.node(state, file, .syncData)
                state.syncs += 1
                state.nodes[id]!.sync()
            }
        } catch {
            state.withLock { state in
                if state.isCrashed { return }
                if let id = state.descriptors[file]?.node { state.nodes[id]!.dropDirtyPages() }
            }
            throw error
        }
    }

    func syncFolder(_ path: String) throws(FileFailure) {
        try call(.syncFolder) { state, _ in
            for change in state.nameChanges where change.lies(in: path) { change.apply(to: &state.durableNames) }
            state.nameChanges.removeAll { $0.lies(in: path) }
        }
    }

    func rename(_ from: String, to: String) throws(FileFailure) {
        try call(.rename) { state, _ throws(FileFailure) in
            guard let id = state.names.removeValue(forKey: from) else { throw FileFailure(.rename, errno: 2) }
            state.names[to] = id
            state.nameChanges.append(.renamed(from, to, id))
        }
    }

    func remove(_ path: String) throws(FileFailure) {
        try call(.remove) { state, _ throws(FileFailure) in
            guard let id = state.names.removeValue(forKey: path) else { throw FileFailure(.remove, errno: 2) }
            state.nameChanges.append(.removed(path, id))
        }
    }
}
