import ArgumentParser
import ControlAPI
import Foundation
import Mail
import Queue

struct JournalDumpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Print the records of the journal.",
        discussion: """
            One record a line, in the order of the log: its offset, when, what kind, which message, who and with what \
            outcome. Addresses and subjects are in it, contents and passwords are not. May run beside a running \
            engine. A message of --message is known by its identifier, with or without 'msg_'.

            Status: 0, or 2 where the journal cannot be read.
            """)

    @OptionGroup var target: JournalTarget

    @Option(name: .long, help: "Only the records of this message.")
    var message: String?

    @Option(name: .long, help: "Only records from this log offset on.")
    var from: UInt64 = 0

    @Option(name: .long, help: "Only records in front of this log offset.")
    var to: UInt64 = .max

    @Option(
        name: .long,
        help: ArgumentHelp("Only this kind; may be given more than once.", discussion: kinds, valueName: "kind"))
    var kind: [String] = []

    @Flag(name: .long, help: "Print one JSON object for each record, one a line.")
    var json = false

    @Flag(name: .long, help: "Write the bytes of the message of --message to standard output, and nothing else.")
    var content = false

    private static let kinds = JournalDump.kinds.joined(separator: ", ")

    func validate() throws {
        if content, message == nil { throw ValidationError("--content needs --message") }
        if let message, UUIDv7(message) == nil { throw ValidationError("'\(message)' is no identifier of a message") }
        if let wrong = kind.first(where: { !JournalDump.kinds.contains($0) }) {
            throw ValidationError("there is no kind '\(wrong)': \(Self.kinds)")
        }
        if from > to { throw ValidationError("--from lies behind --to") }
    }

    func run() async throws {
        for (_, path) in try target.folders(all: false) {
            do {
                let dump = try JournalDump(path)
                if content, let id = message.flatMap({ UUIDv7($0) }) {
                    try dump.content(of: id) { try FileHandle.standardOutput.write(contentsOf: Data($0)) }
                } else {
                    try run(dump)
                }
            } catch let failure as InspectionFailure {
                throw JournalCommand.fail(JournalWords.failure(failure, folder: path))
            }
        }
    }

    private func run(_ dump: JournalDump) throws {
        var filter = JournalDump.Filter()
        filter.message = message.flatMap { UUIDv7($0) }
        filter.range = from..<to
        filter.kinds = Set(kind)
        var lines = ""
        try dump.run(filter) { record in
            lines += json ? try JournalJSON.line(record) : JournalWords.record(record)
            lines += "\n"
            if lines.utf8.count > 64 << 10 {
                try FileHandle.standardOutput.write(contentsOf: Data(lines.utf8))
                lines = ""
            }
            return true
        }
        try FileHandle.standardOutput.write(contentsOf: Data(lines.utf8))
    }
}
