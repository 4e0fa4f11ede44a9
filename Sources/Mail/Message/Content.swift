/// The bytes of one message (header section and body, CRLF line ends, no dot-stuffing), shared by all who read it.
///
/// Two pieces, so that a trace field can be put in front of 25 MB without copying them: `added` holds the fields this
/// engine prepended (Received, and Message-ID or Date where they were missing), `original` what the client handed in.
public struct Content: Sendable {
    public var added: [UInt8]
    public var original: [UInt8]

    public init(added: [UInt8] = [], original: [UInt8]) {
        self.added = added
        self.original = original
    }

    public var count: Int { added.count + original.count }
}
