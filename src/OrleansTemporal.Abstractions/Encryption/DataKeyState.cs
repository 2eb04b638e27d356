namespace OrleansTemporal.Encryption;

/// <summary>What a data key still does. It only ever moves forward.</summary>
public enum DataKeyState
{
    /// <summary>It encrypts, when it is the newest of its scope, and decrypts.</summary>
    Active = 1,

    /// <summary>It decrypts only: it is about to be destroyed.</summary>
    Retired = 2,

    /// <summary>It is gone: what was written under it reads as erased.</summary>
    Destroyed = 3,
}
