using IscsiMount.Scsi.Mode;

namespace IscsiMount.Initiator.Units;

/// <summary>
/// The caching and control pages of a logical unit (SPC-4, SBC-3). They are the same for all its users.
/// </summary>
public sealed class UnitModes
{
    // Offsets within the pages, behind their two bytes of header.
    private static readonly Setting WriteCache = new(ModePageCode.Caching, Offset: 0, Bit: 0x04);
    private static readonly Setting WriteProtection = new(ModePageCode.Control, Offset: 2, Bit: 0x08);

    private readonly UnitCommands _commands;

    internal UnitModes(UnitCommands commands) => _commands = commands;

    /// <summary>How the unit caches; nothing if it does not say.</summary>
    public async Task<CachingPage?> ReadCachingAsync(CancellationToken cancellationToken) =>
        CachingPage.Find(await ReadAsync(ModePageCode.Caching, ModePageControl.Current, cancellationToken));

    /// <summary>How the unit behaves in general; nothing if it does not say.</summary>
    public async Task<ControlPage?> ReadControlAsync(CancellationToken cancellationToken) =>
        ControlPage.Find(await ReadAsync(ModePageCode.Control, ModePageControl.Current, cancellationToken));

    /// <summary>Lets the unit acknowledge writes before they are durable, or forbids it.</summary>
    /// <returns>False if the unit does not let this be changed.</returns>
    public Task<bool> TrySetWriteCacheAsync(bool isOn, bool saves, CancellationToken cancellationToken) =>
        TrySetAsync(WriteCache, isOn, saves, cancellationToken);

    /// <summary>Lets the unit refuse all writes, of everybody.</summary>
    /// <returns>False if the unit does not let this be changed.</returns>
    public Task<bool> TrySetWriteProtectionAsync(bool isOn, bool saves, CancellationToken cancellationToken) =>
        TrySetAsync(WriteProtection, isOn, saves, cancellationToken);

    // The rest of the page goes back as it came: a unit refuses changes of what cannot be changed.
    private async Task<bool> TrySetAsync(Setting setting, bool isOn, bool saves, CancellationToken cancellationToken)
    {
        ModeParameters changeable = await ReadAsync(setting.Page, ModePageControl.Changeable, cancellationToken);
        ModeParameters current = await ReadAsync(setting.Page, ModePageControl.Current, cancellationToken);
        if (setting.Find(current) is not { } page || setting.IsOn(page) == isOn)
        {
            return setting.Find(current) is not null;
        }

        if (setting.Find(changeable) is not { } mask || !setting.IsOn(mask) || (saves && !page.IsSavable))
        {
            return false;
        }

        var list = new ModeParameterList(new ModeParameters { Pages = [setting.With(page, isOn)] }, ModeForm.Six);
        var command = new ModeSelect { SavesPages = saves, ParameterListLength = list.WireLength };
        await _commands.SendAsync(command, list, cancellationToken);
        return true;
    }

    private Task<ModeParameters> ReadAsync(
        ModePageCode page, ModePageControl control, CancellationToken cancellationToken) =>
        _commands.AskAsync(
            new ModeSense { Page = page, Control = control, WithoutBlockDescriptors = true }, cancellationToken);

    /// <summary>One bit of one page.</summary>
    private sealed record Setting(ModePageCode Page, int Offset, byte Bit)
    {
        public ModePage? Find(ModeParameters parameters) =>
            parameters.Find(Page) is { } page && page.Content.Count > Offset ? page : null;

        public bool IsOn(ModePage page) => (page.Content[Offset] & Bit) != 0;

        // PS is a word of the unit, and reserved in what is sent to it.
        public ModePage With(ModePage page, bool isOn)
        {
            byte[] content = [.. page.Content];
            content[Offset] = (byte)(isOn ? content[Offset] | Bit : content[Offset] & ~Bit);
            return page with { IsSavable = false, Content = [.. content] };
        }
    }
}
