package enum RemediVersion { package static let current = "0.1.0" }
