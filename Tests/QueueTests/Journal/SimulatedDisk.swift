import Synchronization

@testable import Queue

/// A disk in memory that behaves as badly as real ones: it fails on request, tears writes, and forgets at a power cut
/// what was not synced. A failed sync drops the dirty pages and reports success the next time, as Linux does.
final class SimulatedDisk: JournalFiles {
    enum Fault: Hashable, Sendable {
        case error(Int32)
        /// Writes half; other calls fail with EIO.
        case short
        /// The process dies before, or right after, the call.
        case crashBefore, crashAfter
    }

    private enum Change {
        case write(Int, [UInt8])
        case size(Int)
    }

    private struct Node {
        var current: [UInt8] = []
        var durable: [UInt8] = []
        var unsynced: [Change] = []
    }

    private struct State {
        var nodes: [Int: Node] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var descriptors: [Int32: (node: Int, path: String)] = [:]
        var locked: Int32?
        var nextNode = 1
        var nextDescriptor: Int32 = 100
        var calls = 0
        var fault: (call: Int, fault: Fault)?
        var persistent: FileCall?
        var isCrashed = false
        var syncs = 0
    }

    private let state: Mutex<State>

    init() { state = Mutex(State()) }

    private init(_ state: State) { self.state = Mutex(state) }

    var calls: Int { state.withLock { $0.calls } }
    var syncs: Int { state.withLock { $0.syncs } }
    var isCrashed: Bool { state.withLock { $0.isCrashed } }
    var names: [String] { state.withLock { Array($0.names.keys) } }

    /// Lets the `call`th call from now go wrong, once.
    func plan(_ fault: Fault, atCall call: Int) {
        state.withLock { $0.fault = ($0.calls + call, fault) }
    }

    func forgetPlan() { state.withLock { $0.fault = nil } }

    /// Lets all calls of this kind fail until told otherwise.
    func failAll(_ call: FileCall?) { state.withLock { $0.persistent = call } }

    /// The disk as the next process finds it after kill -9: what was written is there, synced or not.
    func afterKill() -> SimulatedDisk {
        state.withLock { old in
            var new = State()
            new.names = old.names
            new.durableNames = old.durableNames
            new.nodes = old.nodes
            new.nextNode = old.nextNode
            return SimulatedDisk(new)
        }
    }

    /// The disk after a power cut: of what was not synced, some sectors arrived and some did not.
    func afterPowerCut(_ generator: inout some RandomNumberGenerator) -> SimulatedDisk {
        state.withLock { old in
            var new = State()
            new.nextNode = old.nextNode
            for (path, id) in old.names where old.durableNames[path] == id || Bool.random(using: &generator) {
                new.names[path] = id
            }
            for (path, id) in old.durableNames where old.names[path] == nil && Bool.random(using: &generator) {
                new.names[path] = id
            }
            new.durableNames = new.names
            for (id, node) in old.nodes {
                var bytes = node.durable
                for change in node.unsynced where Int.random(in: 0..<4, using: &generator) > 0 {
                    switch change {
                    case .size: Self.apply(change, to: &bytes)
                    case .write(let start, let data):
                        var at = start
                        while at < start + data.count {
                            let end = min(start + data.count, (at / 512 + 1) * 512)
                            if Int.random(in: 0..<4, using: &generator) > 0 {
                                Self.apply(.write(at, Array(data[at - start..<end - start])), to: &bytes)
                            }
                            at = end
                        }
                    }
                }
                new.nodes[id] = Node(current: bytes, durable: bytes)
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

    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .size(let size):
            if size < bytes.count { bytes.removeLast(bytes.count - size) }
            if size > bytes.count { bytes += [UInt8](repeating: 0, count: size - bytes.count) }
        case .write(let at, let data):
            if bytes.count < at + data.count { bytes += [UInt8](repeating: 0, count: at + data.count - bytes.count) }
            bytes.replaceSubrange(at..<at + data.count, with: data)
        }
    }

    /// Runs one call with its fault.
    private func call<R>(
        _ call: FileCall, _ body: (inout State, _ isShort: Bool) throws(FileFailure) -> R
    ) throws(FileFailure) -> R {
        try state.withLock { state throws(FileFailure) in
            if state.isCrashed { throw FileFailure(call, errno: 5) }
            state.calls += 1
            if state.persistent == call {
                if call == .syncData { Self.dropDirtyPages(&state) }
                throw FileFailure(call, errno: 5)
            }
            guard let (at, fault) = state.fault, at == state.calls else { return try body(&state, false) }
            state.fault = nil
            switch fault {
            case .error(let errno):
                if call == .syncData { Self.dropDirtyPages(&state) }
                throw FileFailure(call, errno: errno)
            case .short:
                if call == .write { return try body(&state, true) }
                throw FileFailure(call, errno: 5)
            case .crashBefore:
                state.isCrashed = true
                throw FileFailure(call, errno: 5)
            case .crashAfter:
                defer { state.isCrashed = true }
                return try body(&state, false)
            }
        }
    }

    private static func dropDirtyPages(_ state: inout State) {
        for id in state.nodes.keys {
            // The size is metadata and comes through the file system's own journal.
            state.nodes[id]!.unsynced.removeAll { if case .write = $0 { true } else { false } }
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
                    state.nodes[id]!.current = []
                    state.nodes[id]!.unsynced.append(.size(0))
                }
            } else {
                if mode == .existing { throw FileFailure(.open, errno: 2) }
                id = state.nextNode
                state.nextNode += 1
                state.names[path] = id
                state.nodes[id] = Node()
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
            if state.nodes[id]!.current.count < Int(size) { Self.change(&state, id, .size(Int(size))) }
        }
    }

    func truncate(_ file: Int32, _ size: UInt64) throws(FileFailure) {
        try call(.truncate) { state, _ throws(FileFailure) in
            Self.change(&state, try Self.node(state, file, .truncate), .size(Int(size)))
        }
    }

    func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: UInt64) throws(FileFailure) -> Int {
        let all = bytes.indices.map { bytes[$0] }
        return try call(.write) { state, isShort throws(FileFailure) in
            let data = isShort ? Array(all.prefix(max(1, all.count / 2))) : all
            Self.change(&state, try Self.node(state, file, .write), .write(Int(offset), data))
            return data.count
        }
    }

    private static func change(_ state: inout State, _ id: Int, _ change: Change) {
        apply(change, to: &state.nodes[id]!.current)
        state.nodes[id]!.unsynced.append(change)
    }

    func read(_ file: Int32, at offset: UInt64, count: Int) throws(FileFailure) -> [UInt8] {
        try call(.read) { state, _ throws(FileFailure) in
            let bytes = state.nodes[try Self.node(state, file, .read)]!.current
            let start = min(bytes.count, Int(offset))
            return Array(bytes[start..<min(bytes.count, start + count)])
        }
    }

    func syncData(_ file: Int32) throws(FileFailure) {
        try call(.syncData) { state, _ throws(FileFailure) in
            let id = try Self.node(state, file, .syncData)
            state.syncs += 1
            for change in state.nodes[id]!.unsynced { Self.apply(change, to: &state.nodes[id]!.durable) }
            state.nodes[id]!.unsynced = []
        }
    }

    func syncFolder(_ path: String) throws(FileFailure) {
        try call(.syncFolder) { state, _ in state.durableNames = state.names }
    }

    func rename(_ from: String, to: String) throws(FileFailure) {
        try call(.rename) { state, _ throws(FileFailure) in
            guard let id = state.names.removeValue(forKey: from) else { throw FileFailure(.rename, errno: 2) }
            state.names[to] = id
        }
    }

    func remove(_ path: String) throws(FileFailure) {
        try call(.remove) { state, _ throws(FileFailure) in
            guard state.names.removeValue(forKey: path) != nil else { throw FileFailure(.remove, errno: 2) }
        }
    }
}
