import Queue

/// Why the whole queue rests.
enum SuspensionWords {
    static func of(_ suspension: Suspension) -> WaitReport {
        switch suspension {
        case .journal:
            WaitReport(
                code: .disk,
                detail: "The whole queue rests: the journal cannot be written, so what happens to mail could not be "
                    + "remembered. See to the disk of the data folder; it goes on by itself.")
        case .draining:
            WaitReport(
                code: .draining,
                detail: "The engine is about to end and starts nothing new. The mail goes on after the next start.")
        }
    }
}
