import ArgumentParser
import Foundation
import Queue

struct JournalRepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Mend a damaged journal. Says what it would do until told '--yes'.",
        discussion: """
            Cuts off a torn end and makes indexes anew, as every start does; and what no start does: files get their \
            right names, segments of another journal are set aside, and a segment with damaged stretches is made anew \
            from all of its records that can be read. What is taken away or replaced lies in quarantine/ as it was \
            found; nothing is ever deleted. A repair that is cut off is begun again by the same command.

            A message whose content alone is damaged stays in the queue: the engine cannot send it, and tells its \
            sender when it gives it up.

            A segment that is made anew needs room for two more of its size (64 MiB, unless segment_size says \
            otherwise); where there is none nothing of it is changed. Let nothing start the engine meanwhile.

            The engine must be stopped. Status: 0 sound now (or nothing to do), 1 damage is left (or would be mended), \
            2 cannot be read, or is in use.
            """)

    @OptionGroup var target: JournalTarget

    @Flag(name: .long, help: "Do it.")
    var yes = false

    func run() async throws {
        let folders = try target.folders(all: true)
        // All or nothing: a folder that a newer program has used is not to be touched anywhere.
        for (_, path) in folders {
            guard let mismatch = JournalFormat.mismatch(in: path) else { continue }
            throw JournalCommand.fail(JournalWords.failure(.newer(mismatch), folder: path))
        }
        // What root writes the server could not open any more.
        do { try Privileges.becomeOwner(of: folders[0].path) } catch { throw JournalCommand.fail("\(error)") }
        var isDamaged = false
        for (name, path) in folders {
            let outcome: JournalRepair.Outcome
            do { outcome = try JournalRepair.run(JournalOptions(folder: path), isConfirmed: yes) } catch {
                throw JournalCommand.fail(JournalWords.failure(error, folder: path))
            }
            print(JournalWords.repair(name, outcome, data: target.data))
            if !(outcome.after ?? outcome.before).damages.isEmpty { isDamaged = true }
        }
        if isDamaged { throw ExitCode(1) }
    }
}
