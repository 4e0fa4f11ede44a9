import ArgumentParser
import Mail
import Service

struct DomainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "Sending domains.", subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a domain to the default tenant and print the DNS records to publish.",
            discussion: "The operator's word counts as verification. A running server signs for it within a second.")

        @OptionGroup var folder: DataFolderOption

        @Argument(help: "The domain.")
        var name: String

        func run() async throws {
            let room = try folder.openRoom()
            let (tenant, _) = try await room.prepare()
            let added = try await room.domains.add(name, tenant: tenant.id, status: .verified)
            print("Publish these records:\n")
            for record in added.records {
                print("\(record.name).\tIN\t\(record.type)\t\(Self.quoted(record))")
            }
        }

        /// RFC 1035 §3.3.14: a character-string holds at most 255 bytes, so a long TXT is several of them.
        private static func quoted(_ record: DNSRecordAdvice) -> String {
            guard record.type == "TXT" else { return record.value }
            var rest = Substring(record.value)
            var pieces: [String] = []
            while !rest.isEmpty {
                pieces.append("\"\(rest.prefix(255))\"")
                rest = rest.dropFirst(255)
            }
            return pieces.joined(separator: " ")
        }
    }
}
