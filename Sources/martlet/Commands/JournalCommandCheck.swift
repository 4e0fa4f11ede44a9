import ArgumentParser
import Foundation
import Queue

struct JournalCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read every byte of the journal and say what is wrong with it.",
        discussion: """
            Looks at every segment: its header, the checksum of every record, its index against its records, where it \
            begins and ends in the log; at the torn end, the places of the consumers, and the quarantine. Changes \
            nothing; beside a running engine what is being written at this moment is left out.

            Status: 0 sound, 1 damaged, 2 cannot be read (or was written by a newer Martlet).
            """)

    @OptionGroup var target: JournalTarget

    @Flag(name: .long, help: "Print one JSON object for each journal, one a line.")
    var json = false

    func run() async throws {
        var isDamaged = false
        for (name, path) in try target.folders(all: true) {
            let survey: JournalSurvey
            do { survey = try JournalSurvey.make(path) } catch {
                throw JournalCommand.fail(JournalWords.failure(error, folder: path))
            }
            if json {
                print(try JournalJSON.line(JournalJSON.Survey(name, survey)))
            } else {
                print(JournalWords.survey(name, survey, data: target.data))
            }
            if !survey.damages.isEmpty { isDamaged = true }
        }
        if isDamaged { throw ExitCode(1) }
    }
}
