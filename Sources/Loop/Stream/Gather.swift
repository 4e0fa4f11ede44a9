import Glibc

/// Several arrays on their way out as one stream, never joined: how far they have gone, and how to send what is left.
struct Gather {
    private let pieces: [[UInt8]]
    private var index = 0
    private var offset = 0

    /// Pieces in one call. Messages have three (signatures, added fields, content), so more would be waste.
    private static let piecesPerCall = 8

    init(_ pieces: [[UInt8]]) {
        self.pieces = pieces
        skipEmpty()
    }

    var isDone: Bool { index == pieces.count }

    mutating func advance(by count: Int) {
        offset += count
        while index < pieces.count && offset >= pieces[index].count {
            offset -= pieces[index].count
            index += 1
        }
        skipEmpty()
    }

    private mutating func skipEmpty() {
        while index < pieces.count && offset == 0 && pieces[index].isEmpty { index += 1 }
    }

    /// Sends `head` and as much of the pieces as the socket takes. The result is that of sendmsg(2).
    @unsafe
    borrowing func send(after head: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
        unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: Self.piecesPerCall + 1) { vectors in
            var used = 0
            if unsafe !head.isEmpty {
                unsafe vectors[0] = unsafe iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress), iov_len: head.count)
                used = 1
            }
            return unsafe send(from: index, vectors, used, to: descriptor)
        }
    }

    /// Adds the piece at `place` and calls itself for the next, so that every pointer is valid at the one call in the
    /// end.
    private borrowing func send(
        from place: Int, _ vectors: UnsafeMutableBufferPointer<iovec>, _ used: Int, to descriptor: Int32
    ) -> Int {
        if place == pieces.count || used == vectors.count {
            var message = unsafe msghdr()
            unsafe message.msg_iov = vectors.baseAddress
            unsafe message.msg_iovlen = used
            return unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
        }
        let start = place == index ? offset : 0
        return unsafe pieces[place].withUnsafeBytes { bytes in
            unsafe vectors[used] = unsafe iovec(
                iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress.map { unsafe $0 + start }),
                iov_len: bytes.count - start)
            return unsafe send(from: place + 1, vectors, used + 1, to: descriptor)
        }
    }
}
