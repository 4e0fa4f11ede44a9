import ArgumentParser
import Foundation
import Loop
import Service

/// How the commands that change the control database find it.
struct DataFolderOption: ParsableArguments {
    @Option(name: .long, help: "The configuration file whose data folder is meant.")
    var config: String?

    @Option(name: .long, help: "The data folder. Default: the file's, else ./martlet-data.")
    var data: String?

    /// The folder, how the server sends, and whom it becomes.
    func resolve() throws -> (data: String, setup: SendingSetup, user: String?) {
        if let config {
            let configuration = try ConfigurationFile.load(config, data: data)
            return (configuration.data, configuration.sending, configuration.user)
        }
        let folder = URL(fileURLWithPath: data ?? "./martlet-data").standardizedFileURL.path
        return (folder, SendingSetup(hostname: ProcessInfo.processInfo.hostName), nil)
    }

    /// The control database, whether or not a server runs on it: both may write.
    func openRoom() throws -> ControlRoom {
        let (data, setup, user) = try resolve()
        try Privileges.drop(to: user, data: data)
        try Privileges.becomeOwner(of: data)
        return try ControlRoom(
            data: data, setup: setup, time: SystemTime(), pool: BlockingPool(name: "martlet-keys", threads: 1))
    }
}
