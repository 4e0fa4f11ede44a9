import ArgumentParser
import ControlAPI
import Foundation
import Loop
import Mail
import Storage

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "What waits, why, and what to do about it.",
        discussion: """
            Without a subcommand: what waits by destination, read from the data folder; with --url or MARTLET_URL the \
            running server's summary. The subcommands ask the running server and need a key with the scope 'operate'.
            """,
        subcommands: [
            Show.self, Summary.self, Sites.self, Site.self, Holds.self, Suspend.self, Resume.self, Flush.self,
            Cancel.self, Bounce.self, Reroute.self,
        ], defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What waits, by destination, and the last reply.",
            discussion: "Reads the projection in the data folder; a running server is not disturbed.")

        @OptionGroup var folder: DataFolderOption
        @OptionGroup var answer: AnswerOption

        func run() async throws {
            if answer.server.isGiven, folder.data == nil, folder.config == nil {
                try await answer.print(.summary, QueueText.summary)
            } else {
                try await StoredQueue.print(folder: try folder.resolve().data)
            }
        }
    }
}

/// The queue as the data folder has it.
private enum StoredQueue {
    static func print(folder data: String) async throws {
        try Privileges.becomeOwner(of: data)
        guard FileManager.default.fileExists(atPath: "\(data)/events.sqlite") else {
            throw StartFailure(
                "there is no queue in \(data) that can be read: name the data folder with --data or --config")
        }
        let events: EventDatabase
        do { events = try EventDatabase.open(folder: data) } catch {
            throw StartFailure(database: "event", in: data, error)
        }
        let time = SystemTime()
        let rows = try await events.messages(time: time).queueSummary()
        guard !rows.isEmpty else {
            Swift.print("The queue is empty.")
            return
        }
        let width = max(11, rows.map { TerminalText.width(TerminalText.clean($0.destination)) }.max() ?? 0)
        func line(_ cells: [String]) -> String {
            let numbers = cells[1...3].map { TerminalText.pad($0, to: max(9, $0.count), right: true) }
            return ([TerminalText.pad(cells[0], to: width)] + numbers + [TerminalText.clean(cells[4])])
                .joined(separator: "  ")
        }
        Swift.print(line(["DESTINATION", "QUEUED", "DEFERRED", "OLDEST", "LAST REPLY"]))
        for row in rows {
            Swift.print(
                line([
                    row.destination, "\(row.queued)", "\(row.deferred)", age(time.wall - row.oldest),
                    row.lastReply ?? "",
                ]))
        }
        Swift.print(
            "\(rows.reduce(0) { $0 + $1.queued + $1.deferred }) deliveries to \(rows.count) destinations")
    }

    private static func age(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<7_200: return "\(seconds / 60)m"
        case ..<172_800: return "\(seconds / 3_600)h"
        default: return "\(seconds / 86_400)d"
        }
    }
}
