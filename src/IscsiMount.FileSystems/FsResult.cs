using System.Diagnostics.CodeAnalysis;

namespace IscsiMount.FileSystems;

/// <summary>A value, or the reason why there is none. A fault is neither: it is thrown.</summary>
public readonly record struct FsResult<T>
{
    private readonly T? _value;

    private FsResult(FsStatus status, T? value)
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
