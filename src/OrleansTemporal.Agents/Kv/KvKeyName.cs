namespace OrleansTemporal.Kv;

/// <summary>A key as text, or where its bytes lie in memory: text is made of them when somebody asks. Good as long as it is held.</summary>
internal readonly struct KvKeyName
{
    private readonly string? text;
    private readonly KvGeneration? generation;
    private readonly int entry;

    /// <summary>Names a key by its text.</summary>
    public KvKeyName(string text) => this.text = text;

    /// <summary>Names the key of an entry.</summary>
    public KvKeyName(KvGeneration generation, int entry) => (this.generation, this.entry) = (generation, entry);

    /// <summary>The key; null for none. Made anew each time where its bytes are in memory.</summary>
    public string? Text => text ?? generation?.TextOf(entry);
}
