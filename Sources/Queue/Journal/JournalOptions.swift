/// Where the journal lives and how it behaves. The defaults are for production; tests hurry.
package struct JournalOptions: Sendable {
    package var folder: String
    /// Bytes of a segment file. A record larger than the rest of a segment starts a new one.
    package var segmentSize = 64 << 20
    /// A sealed segment with a smaller share of bytes that still matter is emptied by re-appending them.
    package var restateBelow = 0.2
    /// It is left alone until the log has grown by so many segments behind it: most messages are finished by then.
    package var restateDistance = 2
    /// Recent events kept in memory for consumers that keep up.
    package var tailEvents = 8_192
    /// Their approximate bytes.
    package var tailBytes = 8 << 20
    /// After a failed write: how long until the next probe.
    package var probeInterval = Duration.seconds(1)
    /// Bytes of outcomes that are kept while the disk refuses them; beyond, the oldest are dropped and counted.
    package var retainedNoteBytes = 64 << 20
    /// The consumer that will follow the log. Until it says how far it has come nothing is removed, even when the file of
    /// offsets does not know it: it may have been lost before it was first written.
    package var consumer: String?
    package var files: any JournalFiles = PosixFiles()

    package init(folder: String) { self.folder = folder }
}
