import RemediCore
print("remedi \(RemediVersion.current)")
