import Glibc

/// A growable buffer of bytes with one owner: appended to at the tail, consumed at the head.
///
/// Every socket has one per direction. It is not copyable, so there is no reference count and no copy-on-write test on
/// the hot path, and a buffer can never be changed behind the back of a parser that looks at it. Indices are relative
/// to the first readable byte and are checked. Growing doubles; room in front is reused by moving the rest down only
/// when at least as much was consumed, so that every byte is moved a bounded number of times.
///
/// - Traps: an index outside `0 ..< count`, and consuming more than `count`. Both are errors of the caller, never of
/// a peer.
@safe
public struct Bytes: ~Copyable {
    /// Above this size an emptied buffer gives its memory back.
    @usableFromInline static let hugeCapacity = 256 * 1024

    @usableFromInline var storage: UnsafeMutablePointer<UInt8>?
    @usableFromInline var head = 0
    @usableFromInline var tail = 0
    public private(set) var capacity = 0

    public init(capacity: Int = 0) {
        unsafe storage = nil
        if capacity > 0 { makeRoom(capacity) }
    }

    deinit { unsafe storage?.deallocate() }

    /// Readable bytes.
    @inlinable public var count: Int { tail &- head }
    @inlinable public var isEmpty: Bool { tail == head }

    /// The i-th readable byte.
    @inlinable public subscript(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "index outside the buffer")
        return unsafe storage.unsafelyUnwrapped[head &+ index]
    }

    /// Drops bytes at the head.
    @inlinable public mutating func consume(_ number: Int) {
        precondition(number >= 0 && number <= count, "consuming more than there is")
        head &+= number
        if head == tail { becomeEmpty() }
    }

    public mutating func removeAll(keepingCapacity: Bool = true) {
        if keepingCapacity { becomeEmpty() } else { release() }
    }

    /// Gives the memory back when the buffer is empty and larger than `limit`: an idle connection keeps none.
    public mutating func shrink(above limit: Int) {
        if isEmpty && capacity > limit { release() }
    }

    /// Makes sure that `number` bytes can be appended without growing.
    @inlinable public mutating func reserve(_ number: Int) {
        if capacity &- tail < number { makeRoom(number) }
    }

    @usableFromInline mutating func becomeEmpty() {
        head = 0
        tail = 0
        if capacity > Self.hugeCapacity { release() }
    }

    private mutating func release() {
        unsafe storage?.deallocate()
        unsafe storage = nil
        head = 0
        tail = 0
        capacity = 0
    }

    @usableFromInline mutating func makeRoom(_ number: Int) {
        let kept = count
        if let old = unsafe storage, head >= kept, capacity - kept >= number {
            unsafe memmove(old, old + head, kept)
        } else {
            let size = max(capacity * 2, kept + number, 64)
            let new = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
            if let old = unsafe storage {
                unsafe memcpy(new, old + head, kept)
                unsafe old.deallocate()
            }
            unsafe storage = unsafe new
            capacity = size
        }
        head = 0
        tail = kept
    }
}

// Sendable, because the memory has one owner, the struct itself is not copyable, and no pointer to it is kept by
// anybody: whoever holds the value is alone with it, on whatever thread.
extension Bytes: @unchecked Sendable {}
