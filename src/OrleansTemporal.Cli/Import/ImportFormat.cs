namespace OrleansTemporal.Import;

/// <summary>How a file holds its rows.</summary>
internal enum ImportFormat
{
    /// <summary>An array, or a GeoJSON FeatureCollection.</summary>
    Json,

    /// <summary>One JSON value on each line.</summary>
    Ndjson,

    /// <summary>RFC 4180 with a header.</summary>
    Csv,
}
