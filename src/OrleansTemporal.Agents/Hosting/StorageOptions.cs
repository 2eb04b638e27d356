using OrleansTemporal.Agents;

namespace OrleansTemporal.Hosting;

/// <summary>Numbers that a user may tune about storage; every one has a default that suits a small server.</summary>
public sealed class StorageOptions
{
    /// <summary>Half of it is where sealing begins, so this is also what recovery reads at most.</summary>
    public const long JournalBytesDefault = 1L << 30;

    /// <summary>Large enough that rolling is rare, small enough that one agent can hold back little.</summary>
    public const long JournalFileBytesDefault = 64L << 20;

    /// <summary>Bytes of the journal at which writers are made to wait, then refused with 429.</summary>
    public long JournalBytesMax { get; set; } = JournalBytesDefault;

    /// <summary>Bytes of one journal file.</summary>
    public long JournalFileBytes { get; set; } = JournalFileBytesDefault;

    /// <summary>Bytes of deltas after which an agent begins a new generation and the old one is sealed.</summary>
    public long GenerationBytesMax { get; set; } = AgentOptions.GenerationBytesDefault;

    /// <summary>Bytes of deltas that all agents together keep in memory; vectors count, and documents make room for them.</summary>
    public long MemoryBytesMax { get; set; } = AgentOptions.MemoryBytesDefault;

    /// <summary>Bytes of the block cache.</summary>
    public long CacheBytesMax { get; set; } = AgentOptions.CacheBytesDefault;

    /// <summary>
    /// The master key that data keys are wrapped under: base64 of 32 bytes. When neither this nor <see cref="MasterKeyFile"/> is
    /// set, one is made with the first data key, in the file <c>master.key</c> of the data folder.
    /// </summary>
    public string? MasterKey { get; set; }

    /// <summary>A file that holds the master key, for a secret that the environment mounts.</summary>
    public string? MasterKeyFile { get; set; }

    /// <summary>Values that one data key encrypts in one life of the process, before another takes its place.</summary>
    public long ValuesPerDataKeyMax { get; set; } = Limits.ValuesPerDataKeyMax;

    /// <summary>Refuses numbers that can not work together.</summary>
    /// <exception cref="ArgumentException">In words, naming the setting.</exception>
    public void Validate()
    {
        Require(JournalFileBytes is >= 1 << 20 and <= 1 << 30, "JournalFileBytes is between 1 MiB and 1 GiB.");
        Require(JournalBytesMax >= JournalFileBytes * 4, "JournalBytesMax is at least four journal files.");
        Require(GenerationBytesMax is >= 64 << 10 and <= 1 << 30, "GenerationBytesMax is between 64 KiB and 1 GiB.");
        Require(MemoryBytesMax >= GenerationBytesMax, "MemoryBytesMax is at least one generation.");
        Require(CacheBytesMax >= 1 << 20, "CacheBytesMax is at least 1 MiB.");
        Require(ValuesPerDataKeyMax is >= Limits.BatchCountMax and <= Limits.ValuesPerDataKeyMax, "ValuesPerDataKeyMax is between the 10,000 of one batch and 2^32.");
        Require(MasterKey is null || MasterKeyFile is null, "MasterKey and MasterKeyFile are not both set.");
        if (MasterKey is { } text)
        {
            OrleansTemporal.Storage.Encryption.MasterKey.Parse(text, "MasterKey");
        }
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
