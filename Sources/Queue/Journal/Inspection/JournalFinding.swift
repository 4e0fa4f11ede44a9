package import Mail

/// One thing about a journal that is worth a line: damage, or what merely looks strange and is in order.
package struct JournalFinding: Hashable, Sendable {
    /// The raw values stand in `--json`.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The header of a segment is damaged; its records vouch for themselves.
        case header
        /// Name and header of a segment disagree.
        case misnamed
        /// A second file that covers what another one does.
        case duplicate
        /// A segment of another journal.
        case foreign
        /// A segment file without a header and without a record of this journal.
        case empty
        /// A stretch of a segment that is no record any more.
        case record
        /// The content of a message; its envelope can be read.
        case content
        /// The index of a sealed segment.
        case index
        /// The indexes say otherwise than the records.
        case indexDiffers = "index_differs"
        /// Segments that a consumer still needs are not there.
        case missing
        /// The file `consumers`, or an offset in it.
        case consumers

        /// A part of the log that is not there and need not be.
        case gap
        /// The end of a write that was never acknowledged.
        case torn
        /// A segment that was being made when the machine stopped.
        case unborn
        /// A segment without an index: a write into it failed. Read record by record at the next start.
        case unsealed
        /// What an earlier repair was about to put in place.
        case leftover

        package var isDamage: Bool {
            switch self {
            case .header, .misnamed, .duplicate, .foreign, .empty, .record, .content, .index, .indexDiffers, .missing,
                .consumers:
                true
            case .gap, .torn, .unborn, .unsealed, .leftover: false
            }
        }
    }

    package var kind: Kind
    /// The file's name within the journal's folder.
    package var file: String
    /// The place in the file, in bytes, where there is one.
    package var offset: UInt64?
    package var length: UInt64?
    /// The same place in the log as a whole.
    package var log: UInt64?
    /// The messages that it cost, or will, as far as they are known.
    package var messages: [UUIDv7] = []
    /// What the file should be called, where that is the matter.
    package var rightName: String?
    /// What is the matter, for people.
    package var text: String

    init(
        _ kind: Kind, _ file: String, at offset: UInt64? = nil, length: UInt64? = nil, log: UInt64? = nil,
        messages: [UUIDv7] = [], _ text: String
    ) {
        self.kind = kind
        self.file = file
        self.offset = offset
        self.length = length
        self.log = log
        self.messages = messages
        self.text = text
    }
}
