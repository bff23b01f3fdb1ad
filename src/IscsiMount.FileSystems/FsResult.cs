using System.Diagnostics.CodeAnalysis;

namespace IscsiMount.FileSystems;

/// <summary>A value, or the reason why there is none. A fault is neither: it is thrown.</summary>
public readonly record struct FsResult<T>
{
    private readonly T? _value;

    internal FsResult(FsStatus status, T? value)
    {
        Status = status;
        _value = value;
    }

    public FsStatus Status { get; }

    public static implicit operator FsResult<T>(T value) => new(FsStatus.Ok, value);

    public static implicit operator FsResult<T>(FsStatus failure) => new(failure, default);

    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return Status == FsStatus.Ok;
    }
}

/// <summary>Makes results where C# does not convert by itself.</summary>
public static class FsResult
{
    /// <summary>A success. The language has no conversions from interfaces, so these are made here.</summary>
    public static FsResult<T> Of<T>(T value) => new(FsStatus.Ok, value);
}
