namespace OrleansTemporal.Wire;

/// <summary>How values of one type travel.</summary>
internal abstract class WireFormat<T> : WireFormat
{
    /// <summary>Fewest bytes that a value takes; what a count of them is checked against.</summary>
    public virtual int BytesMin => 1;

    public abstract void Write(WireWriter writer, T value);

    public abstract T Read(ref WireReader reader);
}

/// <summary>How values of some type travel; what stands in the snapshot of shapes.</summary>
internal abstract class WireFormat
{
    /// <summary>The form in words, for the snapshot that a test compares.</summary>
    public abstract string Shape { get; }
}
