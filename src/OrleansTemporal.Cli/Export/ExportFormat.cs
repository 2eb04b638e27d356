namespace OrleansTemporal.Export;

/// <summary>How rows are written.</summary>
internal enum ExportFormat
{
    /// <summary>One object with key, value and write on each line.</summary>
    Ndjson,

    /// <summary>One array of those objects.</summary>
    Json,

    /// <summary>RFC 4180: the key, then one column for each field of the values.</summary>
    Csv,
}
