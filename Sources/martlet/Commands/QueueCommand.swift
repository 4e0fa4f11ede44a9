import ArgumentParser
import Foundation
import Loop
import Mail
import Storage

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "What waits, by destination, and the last reply.",
        discussion: "Reads the projection in the data folder; a running server is not disturbed.")

    @OptionGroup var folder: DataFolderOption

    func run() async throws {
        let data = try folder.resolve().data
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
            print("The queue is empty.")
            return
        }
        let width = max(11, rows.map(\.destination.count).max() ?? 0)
        func line(_ cells: [String]) -> String {
            let first = cells[0] + String(repeating: " ", count: max(0, width - cells[0].count))
            let numbers = cells[1...3].map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }
            return ([first] + numbers + [cells[4]]).joined(separator: "  ")
        }
        print(line(["DESTINATION", "QUEUED", "DEFERRED", "OLDEST", "LAST REPLY"]))
        for row in rows {
            print(
                line([
                    row.destination, "\(row.queued)", "\(row.deferred)", Self.age(time.wall - row.oldest),
                    row.lastReply ?? "",
                ]))
        }
        print("\(rows.reduce(0) { $0 + $1.queued + $1.deferred }) deliveries to \(rows.count) destinations")
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
