import ArgumentParser
import Foundation
import Queue

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Look into the journal of a data folder, and mend it.",
        discussion: """
            'check' and 'dump' only read: they may run beside a running engine, and on a copy or a read-only mount. \
            'repair' needs the folder for itself. Begin with 'martlet journal check DATA'; nothing is changed before \
            'martlet journal repair DATA --yes'.
            """,
        subcommands: [JournalCheckCommand.self, JournalDumpCommand.self, JournalRepairCommand.self])

    /// Status of what could not be read at all, or must not be.
    static let cannot = ExitCode(2)

    /// The words on standard error; what to throw.
    static func fail(_ words: String) -> ExitCode {
        FileHandle.standardError.write(Data("Error: \(words)\n".utf8))
        return cannot
    }
}

/// Which journals are meant: a data folder has one for the queue and others for mail that is kept.
struct JournalTarget: ParsableArguments {
    /// In a data folder.
    static let names = ["journal", "captured", "inbound", "inbox"]

    @Argument(help: "The data folder, or the folder of one journal in it.")
    var data: String

    @Option(
        name: .long,
        help: "One journal of the data folder: journal (the queue), captured, inbound, inbox (of 'martlet dev').")
    var log: String?

    func validate() throws {
        if let log, !Self.names.contains(log) {
            throw ValidationError("there is no journal '\(log)': \(Self.names.joined(separator: ", "))")
        }
    }

    /// The folders, with the names to show.
    /// - Parameter all: every journal of the data folder, where none is named; else that of the queue.
    func folders(all: Bool) throws -> [(name: String, path: String)] {
        let root = URL(fileURLWithPath: data).standardizedFileURL.path
        let files: [String]
        do { files = try FileManager.default.contentsOfDirectory(atPath: root) } catch {
            throw JournalCommand.fail("\(root) cannot be read: \(error.localizedDescription)")
        }
        if log == nil, files.contains(where: { $0.hasSuffix(".seg") }) {
            return [(URL(fileURLWithPath: root).lastPathComponent, root)]
        }
        let wanted = log.map { [$0] } ?? (all ? Self.names : ["journal"])
        let found = wanted.filter { files.contains($0) }
        guard !found.isEmpty else {
            let what = log.map { "no journal '\($0)'" } ?? "no journal"
            throw JournalCommand.fail(
                files.isEmpty ? "\(data) is empty" : "there is \(what) in \(data): is it a data folder?")
        }
        return found.map { ($0, "\(root)/\($0)") }
    }
}
