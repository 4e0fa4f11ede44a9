/// Why a run could not be made or finished, in words for whoever started it.
package struct RunFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
