namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>Where one block of records stands.</summary>
internal readonly record struct LogExtent(LogBlob Blob, long Offset, int LengthBytes, long First, long Last)
{
    public long End => Offset + LengthBytes;
}
