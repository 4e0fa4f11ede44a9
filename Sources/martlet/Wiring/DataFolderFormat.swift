import Queue
import Storage

/// Whether this build can read a data folder, asked before a byte of it is changed: whoever goes back to an older
/// version by mistake, or in an emergency, finds the folder as the newer one has left it.
///
/// There is no file that says which version wrote the folder: every file says it of itself, and a folder that is put
/// together from copies of different age is judged by what is in it.
enum DataFolderFormat {
    static func check(_ data: String) throws(StartFailure) {
        for journal in ["journal", "captured", "inbound", "inbox"] {
            if let mismatch = JournalFormat.mismatch(in: "\(data)/\(journal)") {
                throw refusal(data, "\(journal)/\(mismatch)")
            }
        }
        if let newer = DatabaseFormat.newer(in: data) { throw refusal(data, "\(newer)") }
    }

    private static func refusal(_ data: String, _ what: String) -> StartFailure {
        StartFailure(
            "the data folder \(data) was written by a newer Martlet: \(what). Nothing was changed. Install that "
                + "version again, or start this one with another data folder (--data)")
    }
}
