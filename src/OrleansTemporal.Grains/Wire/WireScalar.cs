namespace OrleansTemporal.Wire;

/// <summary>A value with a form of its own, given by two functions.</summary>
internal sealed class WireScalar<T>(string shape, int bytesMin, Action<WireWriter, T> write, WireScalar<T>.Reading read) : WireFormat<T>
{
    /// <summary>Reads one value.</summary>
    public delegate T Reading(ref WireReader reader);

    /// <inheritdoc/>
    public override int BytesMin => bytesMin;

    /// <inheritdoc/>
    public override string Shape => shape;

    /// <inheritdoc/>
    public override void Write(WireWriter writer, T value) => write(writer, value);

    /// <inheritdoc/>
    public override T Read(ref WireReader reader) => read(ref reader);
}
