namespace OrleansTemporal.Import;

/// <summary>The file's format is broken so that nothing behind this line can be read.</summary>
internal sealed class MalformedInputException(long line, string message, Exception? cause = null) : Exception($"Line {line}: {message}", cause);
