import ArgumentParser
import Mail
import Service

struct DomainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "Sending domains.",
        subcommands: [Add.self, List.self, Zone.self, Rotate.self])

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
                print("\(record.name).\tIN\t\(record.type)\t\(ZoneText.data(of: record))")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the domains of the default tenant, their status and their score.")

        @OptionGroup var folder: DataFolderOption

        func run() async throws {
            let room = try folder.openRoom()
            let (tenant, _) = try await room.prepare()
            for view in try await room.domains.list(tenant: tenant.id) {
                let domain = view.domain
                let keys = domain.dkim.map { "\($0.selector) \($0.state.rawValue)" }.joined(separator: ", ")
                print("\(domain.name)\t\(domain.status.rawValue)\t\(domain.score.map(String.init) ?? "-")\t\(keys)")
            }
        }
    }

    struct Zone: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the DNS records of a domain as text for a zone file.")

        @OptionGroup var folder: DataFolderOption

        @Argument(help: "The domain.")
        var name: String

        func run() async throws {
            let room = try folder.openRoom()
            let (tenant, _) = try await room.prepare()
            let view = try await room.domains.get(named: name, tenant: tenant.id)
            print(ZoneText.of(view.records, for: view.domain.name), terminator: "")
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new DKIM key pair for a domain and print the records to publish.",
            discussion:
                "A running server signs with the new keys as soon as it sees their records. Keep the old records "
                + "for a week."
        )

        @OptionGroup var folder: DataFolderOption

        @Argument(help: "The domain.")
        var name: String

        @Flag(name: .long, help: "Replace the keys of a rotation that was never published.")
        var force = false

        func run() async throws {
            let room = try folder.openRoom()
            let (tenant, _) = try await room.prepare()
            let rotated = try await room.domains.rotate(named: name, force: force, tenant: tenant.id)
            print(ZoneText.of(rotated.records, for: rotated.domain.name), terminator: "")
        }
    }
}
